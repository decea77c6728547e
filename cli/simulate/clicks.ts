import { type Random, seeded } from "../../local/random";
import { pick, weighted, whole } from "./random";

/**
 * A click as Google Analytics 4 exports it, as far as a game's site needs it.
 * @see https://support.google.com/analytics/answer/7029846
 */
export interface Click {
  /** Not Google Analytics': what tells an event that was sent twice. */
  readonly event_id: string;
  /** YYYYMMDD */
  readonly event_date: string;
  /** Microseconds since the epoch. */
  readonly event_timestamp: number;
  readonly event_name: string;
  readonly user_pseudo_id: string;
  readonly value: number | null;
  readonly platform: string;
  readonly device: { readonly category: string; readonly language: string };
  readonly geo: { readonly country: string };
  readonly event_params: readonly {
    readonly key: string;
    readonly value: { readonly string_value: string } | { readonly int_value: number };
  }[];
}

export interface ClicksOptions {
  /** The same seed gives the same clicks, but for their times. */
  readonly seed: number;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** @default 200: some are seen in every minute, most now and then */
  readonly visitors?: number;
}

const names = [
  ["page_view", 40],
  ["screen_view", 15],
  ["level_start", 14],
  ["level_end", 12],
  ["post_score", 6],
  ["spend_virtual_currency", 5],
  ["unlock_achievement", 4],
  ["purchase", 3],
  ["sign_up", 1],
] as const;
const pages = ["/", "/games", "/games/kingdom", "/games/orbit", "/leaderboard", "/shop"] as const;
const countries = ["Germany", "France", "Kenya", "Brazil", "Japan", "United States"] as const;
const languages = ["de-de", "fr-fr", "sw-ke", "pt-br", "ja-jp", "en-us"] as const;

/** Clicks are up to this many milliseconds old when they are sent, and so out of order. */
const LARGEST_DELAY = 2_000;

/** Clicks without an end. */
export function* clicks({ seed, now, visitors = 200 }: ClicksOptions): Generator<Click, never> {
  const random = seeded(seed);
  const known = Array.from({ length: visitors }, () => visitor(random));
  for (;;) {
    // Squared, so that a few visitors are busy and most are not.
    const who = known[Math.floor(random() ** 2 * visitors)] as Visitor;
    yield click(random, who, now() - whole(random, LARGEST_DELAY));
  }
}

interface Visitor {
  readonly id: string;
  readonly country: number;
  readonly platform: string;
}

function visitor(random: Random): Visitor {
  return {
    id: `${digits(random, 9)}.${digits(random, 10)}`,
    country: whole(random, countries.length),
    platform: weighted(random, [
      ["WEB", 6],
      ["ANDROID", 3],
      ["IOS", 2],
    ]),
  };
}

function click(random: Random, { id, country, platform }: Visitor, at: number): Click {
  const name = weighted(random, names);
  return {
    event_id: hex(random, 4),
    event_date: new Date(at).toISOString().slice(0, 10).replaceAll("-", ""),
    event_timestamp: at * 1000 + whole(random, 1000),
    event_name: name,
    user_pseudo_id: id,
    value: name === "purchase" ? (1 + whole(random, 5000)) / 100 : null,
    platform,
    device: { category: platform === "WEB" ? "desktop" : "mobile", language: languages[country] ?? "en-us" },
    geo: { country: countries[country] ?? "Kenya" },
    event_params: [
      { key: "page_location", value: { string_value: `https://games.example${pick(random, pages)}` } },
      { key: "engagement_time_msec", value: { int_value: whole(random, 60_000) } },
    ],
  };
}

const digits = (random: Random, length: number): string =>
  String(1 + whole(random, 9)) + Array.from({ length: length - 1 }, () => whole(random, 10)).join("");

const hex = (random: Random, words: number): string =>
  Array.from({ length: words }, () =>
    whole(random, 2 ** 32)
      .toString(16)
      .padStart(8, "0"),
  ).join("");
