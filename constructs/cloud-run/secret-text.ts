/** Texts that open something, whatever they are called. Forms that their makers publish, so that nothing else is taken for one. */
const forms: readonly (readonly [form: RegExp, what: string])[] = [
  [/-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----/, "a private key"],
  [/"private_key"\s*:\s*"/, "a service account's key"],
  [/\bAIza[0-9A-Za-z_-]{35}\b/, "an API key of Google's"],
  [/\bGOCSPX-[0-9A-Za-z_-]{20,}/, "an OAuth client's secret"],
  [/\bya29\.[0-9A-Za-z_-]{20,}/, "an access token of Google's"],
  [/\b(?:AKIA|ASIA)[0-9A-Z]{16}\b/, "an access key of AWS's"],
  [/\bgh[pousr]_[0-9A-Za-z]{36,}\b|\bgithub_pat_[0-9A-Za-z_]{50,}\b/, "a token of GitHub's"],
  [/\bnpm_[0-9A-Za-z]{36}\b/, "a token of npm's"],
  [/\bxox[abeoprs]-[0-9A-Za-z-]{10,}/, "a token of Slack's"],
  [/\b[rs]k_live_[0-9A-Za-z]{16,}\b/, "a key of Stripe's"],
  [/\beyJ[\w-]{8,}\.eyJ[\w-]{8,}\.[\w-]{16,}/, "a signed token (JWT)"],
  [/\b[a-z][a-z0-9+.-]*:\/\/[^\s/:@]+:[^\s/@]+@/i, "an address with a password in it"],
];

/** Names that only a secret has, where what they hold is no path or address of one. */
const names = /(?:^|_)(?:PASSWORD|PASSWD|API_?KEY|PRIVATE_KEY|SECRET_KEY|CLIENT_SECRET|ACCESS_TOKEN|AUTH_TOKEN)$/i;

/**
 * What a text looks like that nobody should read who may see how a workload is configured: "a private key".
 * @param name of the variable that holds it
 * @returns undefined where it looks like nothing of the kind
 */
export function secretIn(name: string, text: string): string | undefined {
  const found = forms.find(([form]) => form.test(text));
  if (found) return found[1];
  return names.test(name) && text !== "" && !/[/\s]/.test(text) ? "what its name says" : undefined;
}
