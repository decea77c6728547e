/** What is no JSON is a text: as it stands it could end its field, and begin others. */
export function asJson(text: string): string {
  try {
    JSON.parse(text);
    return text;
  } catch {
    return JSON.stringify(text);
  }
}
