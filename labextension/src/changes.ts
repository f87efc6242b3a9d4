import type { ServerConnection } from '@jupyterlab/services';
import { UUID } from '@lumino/coreutils';

import { request } from './request';

/** Polls do not count as user activity, so that idle servers are culled. */
const QUIET = { no_track_activity: '1' };

interface IChanges<T> {
  readonly revision: string;

  /** True if the changed records are all records. */
  readonly complete: boolean;
  readonly changed: ReadonlyArray<T>;
  readonly removed: ReadonlyArray<string>;
}

/**
 * A copy of the records of the server. Only changes are transferred.
 */
export class ChangingRecords<T extends { readonly id: string }> {
  constructor(
    private _settings: ServerConnection.ISettings,
    readonly subject: 'clusters' | 'deployments'
  ) {}

  get records(): ReadonlyArray<T> {
    return [...new Map([...this._records, ...this._answers]).values()];
  }

  /**
   * The revision of the records; empty before the first request.
   */
  get revision(): string {
    return this._revision;
  }

  /**
   * Get the changes.
   *
   * @param follows - True if the server is to announce later changes to this window.
   */
  update(follows: boolean): Promise<void> {
    // One after the other, so that an older answer replaces no newer one.
    const next = this._pending.catch(() => undefined).then(() => this._update(follows));
    this._pending = next;
    return next;
  }

  /**
   * Replace a record by the answer to an action, until the next request. The answer may be older than an announced change.
   */
  replace(record: T): void {
    this._answers.set(record.id, record);
  }

  /**
   * Tell the server that this window does not show the records any more.
   */
  release(): void {
    void request(this._settings, 'DELETE', ['changes', this.subject], undefined, {
      ...QUIET,
      client: this._client
    }).catch(() => undefined); // the server forgets the window after some time
  }

  private async _update(follows: boolean): Promise<void> {
    const answers = [...this._answers];
    const answer = await request<IChanges<T>>(
      this._settings,
      'GET',
      ['changes', this.subject],
      undefined,
      {
        ...QUIET,
        since: this._revision,
        ...(follows && { client: this._client })
      }
    );
    if (answer.complete) {
      this._records.clear();
    }
    for (const record of answer.changed) {
      this._records.set(record.id, record);
    }
    for (const id of answer.removed) {
      this._records.delete(id);
    }
    for (const [id, record] of answers) {
      if (this._answers.get(id) === record) {
        this._answers.delete(id);
      }
    }
    this._revision = answer.revision;
  }

  private _answers = new Map<string, T>();
  private _client = UUID.uuid4();
  private _pending: Promise<void> = Promise.resolve();
  private _records = new Map<string, T>();
  private _revision = '';
}
