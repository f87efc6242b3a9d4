import { PolledManager } from '../polled';
import type { Deployments, IDeploymentManager } from '../tokens';
import * as api from './restapi';

/**
 * The manager of the deployments.
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
      this._unreachable = null;
    } catch (error) {
      this._unreachable = error as Error;
    }
  }

  private _deployments: Deployments.IModel[] = [];
  private _service: Deployments.IService | null = null;
  private _unreachable: Error | null = null;
}
