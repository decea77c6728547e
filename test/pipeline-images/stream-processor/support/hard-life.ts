import type { Journey } from "./journey";
import { badNetwork, type SimulatedProcess } from "./simulation";

export interface HardLife {
  /** On the simulation's clock. */
  readonly until: number;
  /** How likely an owner dies, falls asleep, or leaves in order at each of its awaits. */
  readonly dies: number;
  readonly sleeps: number;
  readonly leaves: number;
  /** Happens now and then: services go down and come back. */
  readonly weather?: () => void;
}

/** Owners of a log, one after the other, on a bad network. At the end none is alive. @returns how many there were */
export async function hardLife(journey: Journey, { until, dies, sleeps, leaves, weather }: HardLife): Promise<number> {
  const { world } = journey;
  let deaths = 0;
  const living = new Set<SimulatedProcess>();
  const live = (): void => {
    if (world.time >= until) return;
    const { process, processor } = journey.start(badNetwork);
    living.add(process);
    const die = (): void => {
      if (!process.alive) return;
      deaths += 1;
      process.kill();
      living.delete(process);
      world.at(world.between(100, 5_000), live);
    };
    process.fate = () => {
      const dice = world.random();
      if (dice < dies) die();
      else if (dice < dies + sleeps) process.sleep(world.between(100, 30_000));
      else if (dice < dies + sleeps + leaves) void processor.stop();
    };
    void processor.ended.then(die);
  };
  live();
  const change = (): void => {
    if (world.time >= until) return;
    weather?.();
    world.at(world.between(1_000, 20_000), change);
  };
  if (weather !== undefined) change();
  await world.run({ until });
  for (const process of living) process.kill();
  return deaths;
}
