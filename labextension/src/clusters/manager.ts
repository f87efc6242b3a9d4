import { URLExt } from '@jupyterlab/coreutils';

import { ChangingRecords } from '../changes';
import { PolledManager } from '../polled';
import type { Clusters, IClusterManager } from '../tokens';
import {
  checkProfile,
  clusterLogs,
  listEnded,
  listProfiles,
  startCluster,
  stopCluster,
  updateCluster
} from './restapi';
import { Syncs } from './sync';

/** Interval (milliseconds) of polls while a cluster changes. */
const HURRY = 1500;

const LOOPBACK = /^https?:\/\/(localhost|127\.\d+\.\d+\.\d+|\[::1\])[:/]/;

/**
 * The manager of the clusters.
 */
export class ClusterManager extends PolledManager implements IClusterManager {
  constructor(options: PolledManager.IOptions) {
    super(options);
    this.restInterval = options.interval;
    this._records = new ChangingRecords(options.serverSettings, 'clusters');
  }

  readonly subject = 'clusters';

  readonly syncs = new Syncs();

  /**
   * Milliseconds between two polls while nothing changes.
   */
  restInterval: number;

  get clusters(): ReadonlyArray<Clusters.IModel> {
    return this._records.records.filter(
      ({ id, state }) => state !== 'stopped' && !this._dismissed.has(id)
    );
  }

  get ended(): ReadonlyArray<Clusters.IModel> {
    return this._ended;
  }

  get endedCount(): number | null {
    return this._endedCount;
  }

  get profiles(): ReadonlyArray<Clusters.IProfile> {
    return this._profiles;
  }

  get requested(): ReadonlyArray<string> {
    return this._requested;
  }

  get profilesFailure(): Error | null {
    return this._profilesFailure;
  }

  async checkProfile(name: string, kernel?: string): Promise<void> {
    await checkProfile(this.serverSettings, name, kernel);
  }

  async start(options: Clusters.IStartOptions): Promise<Clusters.IModel> {
    this._requested = [...this._requested, options.profile];
    this.emitChanged();
    try {
      const record = await startCluster(this.serverSettings, options);
      this._replace(record);
      return record;
    } finally {
      const index = this._requested.indexOf(options.profile);
      this._requested = this._requested.filter((_, i) => i !== index);
      this.emitChanged();
    }
  }

  async scale(name: string, workers: number): Promise<void> {
    this._replace(await updateCluster(this.serverSettings, name, { workers }));
  }

  async adapt(name: string, minimum: number, maximum: number): Promise<void> {
    this._replace(
      await updateCluster(this.serverSettings, name, { adapt: [minimum, maximum] })
    );
  }

  async extend(name: string, seconds: number): Promise<void> {
    this._replace(await updateCluster(this.serverSettings, name, { extend: seconds }));
  }

  async stop(name: string): Promise<void> {
    this._replace(await stopCluster(this.serverSettings, name));
    await this._reloadEnded();
  }

  logs(name: string): Promise<string> {
    return clusterLogs(this.serverSettings, name);
  }

  async dismiss(id: string): Promise<void> {
    await updateCluster(this.serverSettings, id, { dismissed: true });
    this._dismissed.add(id);
    await this._reloadEnded();
    this.emitChanged();
  }

  async loadEnded(more = false): Promise<void> {
    const known = more ? this._ended : [];
    const page = await listEnded(this.serverSettings, known.length);
    const ids = new Set(known.map(({ id }) => id));
    this._ended = [...known, ...page.records.filter(({ id }) => !ids.has(id))];
    this._endedCount = page.count;
    this.emitChanged();
  }

  async findEnded(ids: ReadonlyArray<string>): Promise<ReadonlyArray<Clusters.IModel>> {
    const { records } = await listEnded(this.serverSettings, 0);
    return records.filter(({ id }) => ids.includes(id));
  }

  dashboardUrl(cluster: Clusters.IModel): string {
    if (!LOOPBACK.test(cluster.dashboard_link)) {
      return cluster.dashboard_link;
    }
    const name = encodeURIComponent(cluster.name);
    return URLExt.join(
      this.serverSettings.baseUrl,
      'jupyter-pipeline/clusters',
      name,
      'dashboard/status'
    );
  }

  async loadProfiles(): Promise<void> {
    try {
      this._profiles = await listProfiles(this.serverSettings);
      this._profilesFailure = null;
    } catch (error) {
      this._profilesFailure = error as Error;
    }
    this.emitChanged();
  }

  protected async load(): Promise<void> {
    // The dialogs read them again.
    const profiles =
      !this.isReady || this._profilesFailure ? this.loadProfiles() : undefined;
    await this._records.update(this.isFollowed);
    await profiles;
    this._pace();
  }

  protected getRevision(): string {
    return this._records.revision;
  }

  protected unfollow(): void {
    this._records.release();
  }

  private async _reloadEnded(): Promise<void> {
    if (this._endedCount !== null) {
      await this.loadEnded();
    }
  }

  private _replace(record: Clusters.IModel): void {
    this._records.replace(record);
    this._pace();
    this.emitChanged();
    setTimeout(() => this.checkConnection(), HURRY); // confirms the answer
  }

  private _pace(): void {
    const changing = this.clusters.some(
      ({ state, workers, workers_wanted }) =>
        state === 'starting' ||
        state === 'stopping' ||
        (state === 'running' && workers_wanted !== null && workers_wanted !== workers)
    );
    this.interval = changing ? HURRY : this.restInterval;
  }

  private _dismissed = new Set<string>();
  private _ended: Clusters.IModel[] = [];
  private _endedCount: number | null = null;
  private _profiles: Clusters.IProfile[] = [];
  private _profilesFailure: Error | null = null;
  private _records: ChangingRecords<Clusters.IModel>;
  private _requested: ReadonlyArray<string> = [];
}
