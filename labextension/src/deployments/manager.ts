import { PolledManager } from '../polled';
import type { Deployments, IDeploymentManager } from '../tokens';
import * as api from './restapi';

/**
 * The deployments, and what can be done with them.
 */
export class DeploymentManager extends PolledManager implements IDeploymentManager {
  get deployments(): ReadonlyArray<Deployments.IModel> {
    return this._deployments;
  }

  get service(): Deployments.IService | null {
    return this._service;
  }

  get unreachable(): Error | null {
    return this._unreachable;
  }

  async run(name: string): Promise<Deployments.IRun> {
    const run = await api.runDeployment(this.serverSettings, name);
    await this.refresh();
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

  async startService(): Promise<void> {
    this._service = await api.startService(this.serverSettings);
    await this.refresh();
  }

  async stopService(): Promise<void> {
    this._service = await api.stopService(this.serverSettings);
    await this.refresh();
  }

  protected async look(): Promise<void> {
    // The deployments may be on another Prefect server, so both are asked, whatever the other answers.
    const listed = api.listDeployments(this.serverSettings).then(
      found => {
        this._deployments = found;
        this._unreachable = null;
      },
      (error: Error) => {
        this._unreachable = error;
      }
    );
    this._service = await api.getService(this.serverSettings);
    await listed;
  }

  private _deployments: Deployments.IModel[] = [];
  private _service: Deployments.IService | null = null;
  private _unreachable: Error | null = null;
}
