/** The image's program as it is, which tells what it used when it is asked. */
// oxlint-disable-next-line import/no-unassigned-import -- the program runs when it is imported
import "../../../pipeline-images/stream-processor/main";
import { tellUsed } from "./used";

tellUsed();
