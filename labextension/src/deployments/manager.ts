import { ChangingRecords } from '../changes';
import { PolledManager } from '../polled';
import { PipelineError } from '../request';
import type { Deployments, IDeploymentManager } from '../tokens';
import { runTone } from './order';
import * as api from './restapi';

/** Interval (milliseconds) of polls while a run is in progress. */
const HURRY = 2000;

/**
 * The manager of the deployments.
 */
export class DeploymentManager extends PolledManager implements IDeploymentManager {
  constructor(options: PolledManager.IOptions) {
    super(options);
    this.restInterval = options.interval;
    this._records = new ChangingRecords(options.serverSettings, 'deployments');
  }

  readonly subject = 'deployments';

  /**
   * Milliseconds between two polls while nothing runs.
   */
  restInterval: number;

  get deployments(): ReadonlyArray<Deployments.IModel> {
    return this._deployments.map(deployment => {
      const run = this._requested.get(deployment.name);
      return run ? { ...deployment, last_run: run } : deployment;
    });
  }

  get listed(): number | null {
    return this._listed;
  }

  get service(): Deployments.IService | null {
    return this._service;
  }

  get unreachable(): Error | null {
    return this._unreachable;
  }

  async run(name: string): Promise<Deployments.IRun> {
    const run = await api.runDeployment(this.serverSettings, name);
    this._requested.set(name, run);
    this.emitChanged();
    this._pace();
    return run;
  }

  async setPaused(name: string, paused: boolean): Promise<void> {
    await api.setPaused(this.serverSettings, name, paused);
    await this.refresh();
  }

  async delete(name: string): Promise<void> {
    await api.deleteDeployment(this.serverSettings, name);
    await this.refresh();
  }

  runs(name: string): Promise<Deployments.IRun[]> {
    return api.listRuns(this.serverSettings, name);
  }

  runLogs(id: string): Promise<string> {
    return api.runLogs(this.serverSettings, id);
  }

  runReport(id: string): Promise<Deployments.IReport> {
    return api.runReport(this.serverSettings, id);
  }

  versions(name: string): Promise<Deployments.IVersion[]> {
    return api.listVersions(this.serverSettings, name);
  }

  async rollBack(name: string, version: number): Promise<void> {
    await api.rollBack(this.serverSettings, name, version);
    await this.refresh();
  }

  async promote(pipeline: string): Promise<void> {
    await api.promote(this.serverSettings, pipeline);
    await this.refresh();
  }

  async startService(): Promise<void> {
    await api.startService(this.serverSettings);
    await this.refresh();
  }

  async stopService(): Promise<void> {
    await api.stopService(this.serverSettings);
    await this.refresh();
  }

  protected async load(): Promise<void> {
    await this._records.update(this.isFollowed);
    const records = this._records.records;
    this._service = records.find(isService) ?? null;
    this._deployments = records.flatMap(record => (isService(record) ? [] : [record]));
    const { api: found, unreachable } = this._service ?? { api: null, unreachable: '' };
    this._unreachable = unreachable
      ? new PipelineError(unreachable, 'ApiUnreachableError', 503)
      : null;
    this._listed =
      found && !unreachable ? Date.now() / 1000 : this._service?.listed || null;
    for (const { last_run, name } of this._deployments) {
      const run = this._requested.get(name);
      // The list leaves runs out until the server has started them.
      if (run && last_run && (last_run.id === run.id || begin(last_run) > begin(run))) {
        this._requested.delete(name);
      }
    }
    this._pace();
  }

  protected getRevision(): string {
    return this._records.revision;
  }

  protected unfollow(): void {
    this._records.release();
  }

  private _pace(): void {
    const runs = this.deployments.some(
      ({ last_run }) => !!last_run && runTone(last_run.state) === 'busy'
    );
    this.interval = runs ? Math.min(HURRY, this.restInterval) : this.restInterval;
  }

  private _listed: number | null = null;

  /** The runs that were requested here and are not listed yet, by deployment. */
  private _requested = new Map<string, Deployments.IRun>();
  private _records: ChangingRecords<Deployments.IModel | IServiceRecord>;
  private _deployments: Deployments.IModel[] = [];
  private _service: IServiceRecord | null = null;
  private _unreachable: Error | null = null;
}

function begin(run: Deployments.IRun): number {
  return run.start ?? run.expected_start ?? 0;
}

/**
 * The service among the records of the deployments.
 */
interface IServiceRecord extends Deployments.IService {
  readonly id: 'service';

  /** The reason why Prefect does not answer; empty if it does. */
  readonly unreachable: string;

  /** Time of the last list of the deployments if it is not current; 0 for none. */
  readonly listed: number;
}

function isService(
  record: Deployments.IModel | IServiceRecord
): record is IServiceRecord {
  return record.id === 'service';
}
