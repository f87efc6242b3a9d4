import { ServerConnection, type Event } from '@jupyterlab/services';
import { PromiseDelegate } from '@lumino/coreutils';
import { DisposableDelegate, type IDisposable } from '@lumino/disposable';
import { Poll } from '@lumino/polling';
import { Signal, type ISignal } from '@lumino/signaling';

import type { IPolled } from './tokens';

/** The events with the revisions of the data, see `jupyter_pipeline.server.live_state`. */
const SCHEMA_ID = 'https://jupyter-pipeline.readthedocs.io/events/revisions/v1';

/** Longest interval (milliseconds) of polls after errors. */
const MAX_INTERVAL = 60_000;

/** Interval (milliseconds) of polls while the server announces changes. They renew the request for it. */
const LIVE_INTERVAL = 600_000;

/** Time (milliseconds) without an announcement after which the data are polled. */
const SILENCE = 75_000;

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
      frequency: { interval: this._interval, backoff: true, max: MAX_INTERVAL },
      name: options.name,
      standby: () => !this._isForced && !this.isFollowed
    });
    void this._poll.start();
    options.events?.connect(this._onEvent, this);
    document.addEventListener('visibilitychange', this._refreshIfFollowed);
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
    this._interval = value;
    this._setFrequency();
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
      if (this._viewers === 0 && !this.isDisposed) {
        this._setLive(false);
        this.unfollow();
      }
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

  /**
   * Poll now if a viewer is visible and the last poll succeeded.
   */
  checkConnection(): void {
    if (!this._failure) {
      this._refreshIfFollowed();
    }
  }

  dispose(): void {
    if (this.isDisposed) {
      return;
    }
    document.removeEventListener('visibilitychange', this._refreshIfFollowed);
    clearTimeout(this._silence);
    this._poll.dispose();
    Signal.clearData(this);
  }

  /**
   * Fetch and store the data. Rejects on an error.
   */
  protected abstract load(): Promise<void>;

  /**
   * True while a viewer and the page are visible.
   */
  protected get isFollowed(): boolean {
    return this._viewers > 0 && !document.hidden;
  }

  /**
   * The revision of the data that the server announces; empty without announcements.
   */
  protected abstract getRevision(): string;

  /**
   * The part of an announcement that is the revision of the data.
   */
  protected abstract readonly subject: string;

  /**
   * Tell the server that nothing is shown any more.
   */
  protected abstract unfollow(): void;

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
        this._setLive(false);
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

  private _onEvent(_: unknown, event: Event.Emission): void {
    if (event.schema_id !== SCHEMA_ID || !this.isReady) {
      return;
    }
    const isCurrent = event[this.subject] === this.getRevision();
    if (this._viewers === 0 || (isCurrent && this._failure)) {
      return;
    }
    this._setLive(true);
    if (isCurrent) {
      this._updated = Date.now() / 1000;
    } else {
      this._refreshIfFollowed();
    }
  }

  private _refreshIfFollowed = (): void => {
    if (this.isFollowed) {
      void this.refresh();
    }
  };

  /**
   * Poll rarely while the server announces changes; it does so at least once in `SILENCE`.
   */
  private _setLive(isLive: boolean): void {
    clearTimeout(this._silence);
    if (isLive) {
      this._silence = setTimeout(() => {
        this._setLive(false);
        this._refreshIfFollowed(); // the new interval counts from the next poll
      }, SILENCE);
    }
    if (isLive !== this._isLive) {
      this._isLive = isLive;
      this._setFrequency();
    }
  }

  private _setFrequency(): void {
    const interval = this._isLive ? LIVE_INTERVAL : this._interval;
    if (interval !== this._poll.frequency.interval) {
      this._poll.frequency = {
        interval,
        backoff: true,
        max: Math.max(MAX_INTERVAL, interval)
      };
    }
  }

  private _changed = new Signal<this, void>(this);
  private _connectionFailure = new Signal<this, Error>(this);
  private _failure: Error | null = null;
  private _interval: number;
  private _isForced = true;
  private _isLive = false;
  private _isReady = false;
  private _poll: Poll;
  private _ready = new PromiseDelegate<void>();
  private _silence: ReturnType<typeof setTimeout> | undefined;
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
     * The events of the Jupyter server.
     */
    events?: Event.Stream;

    /**
     * The name of the poll, for debugging.
     */
    name: string;
  }
}
