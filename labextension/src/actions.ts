import { Signal, type ISignal } from '@lumino/signaling';

/**
 * The running actions and the errors of the rows of a list, by the keys of the rows. They outlive the elements of rows
 * that are scrolled out of view.
 */
export class Actions {
  /**
   * Emitted when an action starts or ends, and when an error is dismissed.
   */
  get changed(): ISignal<this, void> {
    return this._changed;
  }

  isBusy(key: string): boolean {
    return (this._running.get(key) ?? 0) > 0;
  }

  /**
   * The error of the last action of a row; null for none.
   */
  error(key: string): Error | null {
    return this._errors.get(key) ?? null;
  }

  dismissError(key: string): void {
    this._errors.delete(key);
    this._changed.emit();
  }

  /**
   * Run an action and store its error.
   */
  run(key: string, action: () => Promise<unknown>): void {
    this._errors.delete(key);
    this._count(key, 1);
    Promise.resolve()
      .then(action)
      .catch((error: Error) => this._errors.set(key, error))
      .finally(() => this._count(key, -1));
  }

  private _count(key: string, step: number): void {
    const count = (this._running.get(key) ?? 0) + step;
    if (count > 0) {
      this._running.set(key, count);
    } else {
      this._running.delete(key);
    }
    this._changed.emit();
  }

  private _changed = new Signal<this, void>(this);
  private _errors = new Map<string, Error>();
  private _running = new Map<string, number>();
}
