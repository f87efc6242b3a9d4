import { PolledManager } from '../polled';
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
  }

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
    this._service = await api.getService(this.serverSettings);
    if (!this._service.api) {
      // The deployments stay: the service keeps them, and may be started again.
      this._unreachable = null;
      return;
    }
    try {
      this._deployments = await api.listDeployments(this.serverSettings);
      this._listed = Date.now() / 1000;
      this._unreachable = null;
    } catch (error) {
      this._unreachable = error as Error;
      return;
    }
    for (const { last_run, name } of this._deployments) {
      const run = this._requested.get(name);
      // The list leaves runs out until the server has started them.
      if (run && last_run && (last_run.id === run.id || begin(last_run) > begin(run))) {
        this._requested.delete(name);
      }
    }
    this._pace();
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
  private _deployments: Deployments.IModel[] = [];
  private _service: Deployments.IService | null = null;
  private _unreachable: Error | null = null;
}

function begin(run: Deployments.IRun): number {
  return run.start ?? run.expected_start ?? 0;
}
