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
    try {
      const answer = await fetch(url);
      const value: unknown = await answer.json();
      // Another one may have been chosen meanwhile.
      if (this.wanted() !== url) return;
      if (answer.ok) this.show(value as T);
      else this.fail((value as { readonly error: { readonly message: string } }).error.message);
    } catch {
      // The local cloud is gone: the header says so.
    } finally {
      this.underway = false;
    }
    if (this.wanted() !== url) await this.refresh();
  }
}
