/** Asks for JSON again and again while it is wanted, one request at a time. */
export class Fetched<T> {
  private underway = false;

  constructor(
    private readonly wanted: () => string | undefined,
    private readonly show: (value: T) => void,
    private readonly fail: (reason: string) => void,
  ) {}

  async refresh(): Promise<void> {
    const url = this.wanted();
    if (url === undefined || this.underway) return;
    this.underway = true;
    await this.ask(url);
    this.underway = false;
    // Whoever chose another one meanwhile found this one underway.
    if (this.wanted() !== url) await this.refresh();
  }

  private async ask(url: string): Promise<void> {
    try {
      const answer = await fetch(url);
      const value: unknown = await answer.json();
      if (this.wanted() !== url) return;
      if (answer.ok) this.show(value as T);
      else this.fail((value as { readonly error: { readonly message: string } }).error.message);
    } catch {
      // The local cloud is gone: the header says so.
    }
  }
}
