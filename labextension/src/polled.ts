import { ServerConnection } from '@jupyterlab/services';
import { PromiseDelegate } from '@lumino/coreutils';
import { DisposableDelegate, type IDisposable } from '@lumino/disposable';
import { Poll } from '@lumino/polling';
import { Signal, type ISignal } from '@lumino/signaling';

import type { IPolled } from './tokens';

/**
 * The base of managers that poll the server: with back-off after errors, and only while a viewer and the page are visible.
 * The first poll and `refresh` need no viewer.
 *
 * Subclasses implement `load`, which fetches and stores the data. They inherit the members of `IPolled`.
 */
export abstract class PolledManager implements IPolled {
  constructor(options: PolledManager.IOptions) {
    this.serverSettings = options.serverSettings;
    this._interval = options.interval;
    this._poll = new Poll({
      auto: false,
      factory: () => this._update(),
      frequency: { interval: this._interval, backoff: true, max: 60_000 },
      name: options.name,
      standby: () => !this._isForced && (this._viewers === 0 || document.hidden)
    });
    void this._poll.start();
  }

  get isReady(): boolean {
    return this._isReady;
  }

  get ready(): Promise<void> {
    return this._ready.promise;
  }

  get failure(): Error | null {
    return this._failure;
  }

  get updated(): number | null {
    return this._updated;
  }

  get changed(): ISignal<this, void> {
    return this._changed;
  }

  get connectionFailure(): ISignal<this, Error> {
    return this._connectionFailure;
  }

  get isDisposed(): boolean {
    return this._poll.isDisposed;
  }

  /**
   * Milliseconds between two polls.
   */
  set interval(value: number) {
    if (value !== this._interval) {
      this._interval = value;
      this._poll.frequency = { interval: value, backoff: true, max: 60_000 };
    }
  }

  /**
   * Poll until the result is disposed. The first viewer refreshes data that were loaded before.
   */
  watch(): IDisposable {
    this._viewers += 1;
    if (this._viewers === 1 && (this._isReady || this._failure)) {
      void this.refresh();
    }
    return new DisposableDelegate(() => {
      this._viewers -= 1;
    });
  }

  async refresh(): Promise<void> {
    if (this.isDisposed) {
      return;
    }
    this._isForced = true;
    await this._poll.refresh();
    await this._poll.tick;
  }

  dispose(): void {
    if (this.isDisposed) {
      return;
    }
    this._poll.dispose();
    Signal.clearData(this);
  }

  /**
   * Fetch and store the data. Rejects on an error.
   */
  protected abstract load(): Promise<void>;

  /**
   * Emit `changed`.
   */
  protected emitChanged(): void {
    this._changed.emit();
  }

  protected readonly serverSettings: ServerConnection.ISettings;

  private async _update(): Promise<void> {
    this._isForced = false;
    try {
      await this.load();
    } catch (error) {
      if (!this.isDisposed) {
        this._failure = error as Error;
        this._connectionFailure.emit(this._failure);
        this._changed.emit();
      }
      throw error;
    }
    if (this.isDisposed) {
      return;
    }
    this._failure = null;
    this._updated = Date.now() / 1000;
    if (!this._isReady) {
      this._isReady = true;
      this._ready.resolve();
    }
    this._changed.emit();
  }

  private _changed = new Signal<this, void>(this);
  private _connectionFailure = new Signal<this, Error>(this);
  private _failure: Error | null = null;
  private _interval: number;
  private _isForced = true;
  private _isReady = false;
  private _poll: Poll;
  private _ready = new PromiseDelegate<void>();
  private _updated: number | null = null;
  private _viewers = 0;
}

export namespace PolledManager {
  export interface IOptions {
    /**
     * The connection to the Jupyter server.
     */
    serverSettings: ServerConnection.ISettings;

    /**
     * Milliseconds between two polls.
     */
    interval: number;

    /**
     * The name of the poll, for debugging.
     */
    name: string;
  }
}
