import type { ISignal } from '@lumino/signaling';
import type { IDisposable } from '@lumino/disposable';
import type { Widget } from '@lumino/widgets';
import { Token } from '@lumino/coreutils';

/**
 * The id of the plugin that owns the settings; the name of the schema follows from it.
 */
export const SETTINGS_ID = 'jupyter-pipeline:plugin';

/**
 * The commands.
 */
export namespace CommandIDs {
  export const showPanel = 'pipeline:show-panel';
  export const startCluster = 'pipeline:start-cluster';
  export const scaleCluster = 'pipeline:scale-cluster';
  export const stopCluster = 'pipeline:stop-cluster';
  export const openDashboard = 'pipeline:open-dashboard';
  export const attachCluster = 'pipeline:attach-cluster';
  export const syncCluster = 'pipeline:sync-cluster';
  export const showLogs = 'pipeline:show-cluster-logs';
  export const runDeployment = 'pipeline:run-deployment';
  export const pauseDeployment = 'pipeline:pause-deployment';
  export const resumeDeployment = 'pipeline:resume-deployment';
  export const rollBackDeployment = 'pipeline:roll-back-deployment';
  export const promoteDeployment = 'pipeline:promote-deployment';
  export const deleteDeployment = 'pipeline:delete-deployment';
  export const showRunLogs = 'pipeline:show-run-logs';
  export const startService = 'pipeline:start-service';
  export const stopService = 'pipeline:stop-service';
  export const deployCell = 'pipeline:deploy-cell';
}

/**
 * Data that is looked at again and again.
 */
export interface IPolled extends IDisposable {
  /**
   * Whether the first look succeeded.
   */
  readonly isReady: boolean;

  /**
   * Resolves with the first look that succeeds.
   */
  readonly ready: Promise<void>;

  /**
   * Why the last look failed; null if it did not.
   */
  readonly failure: Error | null;

  /**
   * Emitted when the data or `failure` changed.
   */
  readonly changed: ISignal<IPolled, void>;

  /**
   * Emitted when a look failed.
   */
  readonly connectionFailure: ISignal<IPolled, Error>;

  /**
   * Look now.
   */
  refresh(): Promise<void>;
}

/**
 * The clusters.
 */
export interface IClusterManager extends IPolled {
  /**
   * The living clusters, and those that failed and were not dismissed.
   */
  readonly clusters: ReadonlyArray<Clusters.IModel>;

  /**
   * The profiles a cluster can be started from.
   */
  readonly profiles: ReadonlyArray<Clusters.IProfile>;

  /**
   * Why the profiles could not be read, such as a mistake in a file; null if they could.
   */
  readonly profilesFailure: Error | null;

  /**
   * Start a cluster; resolves when there is a record of it, which is before it runs.
   */
  start(options: Clusters.IStartOptions): Promise<Clusters.IModel>;

  /**
   * Give a cluster a fixed number of workers.
   */
  scale(name: string, workers: number): Promise<void>;

  /**
   * Postpone the end of a cluster by a number of seconds.
   */
  extend(name: string, seconds: number): Promise<void>;

  /**
   * Stop a cluster; resolves when it is gone.
   */
  stop(name: string): Promise<void>;

  /**
   * The last lines of a cluster's logs.
   */
  logs(name: string): Promise<string>;

  /**
   * Show a cluster that failed no longer.
   */
  dismiss(id: string): void;

  /**
   * The address of a cluster's dashboard, below this Jupyter server where possible.
   */
  dashboardUrl(cluster: Clusters.IModel): string;
}

/**
 * Records of clusters, as the server gives them. Times are seconds since the epoch, sizes bytes.
 */
export namespace Clusters {
  export type State =
    'starting' | 'running' | 'stopping' | 'stopped' | 'failed' | 'lost';

  export interface IModel {
    readonly id: string;
    readonly name: string;
    readonly profile: string;
    readonly state: State;
    readonly reason: string;
    readonly since: number;
    readonly started: number;
    readonly host: string;
    readonly dashboard_link: string;
    readonly workers: number;
    readonly workers_wanted: number | null;
    readonly threads: number;
    readonly memory_used: number;
    readonly memory_limit: number;
    readonly adaptive: readonly [number, number] | null;
    readonly jobs: ReadonlyArray<{ id?: string; state?: string; reason?: string }>;
    readonly expires: number | null;
    readonly warning: string;

    /** The last sync; empty before the first. */
    readonly last_sync: {
      readonly time?: number;
      readonly result?: 'done' | 'failed' | 'interrupted';
      readonly summary?: string;
    };

    /** Differences between the packages of a kernel and the cluster's by severity; empty before they are compared. */
    readonly drift: {
      readonly blocks?: number;
      readonly warns?: number;
      readonly checked?: number;
    };
  }

  export interface IProfile {
    readonly name: string;
    readonly description: string;
    readonly cluster_class: string;
    readonly workers: number | null;
    readonly adapt: readonly [number, number | null] | null;
    readonly max_workers: number | null;
    readonly source: string;
  }

  export interface IStartOptions {
    profile: string;
    name?: string;
    workers?: number;
    adapt?: [number, number];
    kernel?: string;
  }
}

/**
 * The deployments, and the service that runs them.
 */
export interface IDeploymentManager extends IPolled {
  /**
   * What is deployed.
   */
  readonly deployments: ReadonlyArray<Deployments.IModel>;

  /**
   * The embedded Prefect service; null until it is known.
   */
  readonly service: Deployments.IService | null;

  /**
   * Why the deployments could not be listed; null if they could, or if there is no Prefect API to ask.
   */
  readonly unreachable: Error | null;

  run(name: string): Promise<Deployments.IRun>;
  setPaused(name: string, paused: boolean): Promise<void>;
  delete(name: string): Promise<void>;
  runs(name: string): Promise<Deployments.IRun[]>;
  runLogs(id: string): Promise<string>;

  /** What was deployed by that name, the newest first. */
  versions(name: string): Promise<Deployments.IVersion[]>;

  /** Make an earlier version live again. */
  rollBack(name: string, version: number): Promise<void>;

  /** Deploy to production what a pipeline has in staging. */
  promote(pipeline: string): Promise<void>;
  startService(): Promise<void>;
  stopService(): Promise<void>;
}

/**
 * Records of deployments, as the server gives them. Times are seconds since the epoch.
 */
export namespace Deployments {
  export interface IRun {
    readonly id: string;
    readonly name: string;
    readonly state: string;
    readonly message: string;
    readonly expected_start: number | null;
    readonly start: number | null;
    readonly end: number | null;
    readonly auto_scheduled: boolean;
    readonly url: string;
  }

  export interface IModel {
    readonly id: string;
    readonly name: string;
    readonly flow_name: string;
    readonly version: string;
    readonly profile: string;
    readonly target: string;

    /** Path of the notebook that it was made from; empty for none. */
    readonly notebook: string;
    readonly paused: boolean;
    readonly schedules: ReadonlyArray<unknown>;
    readonly schedule_text: string;
    readonly last_run: IRun | null;
    readonly next_run: number | null;
    readonly url: string;
  }

  export interface IVersion {
    readonly number: number;
    readonly version: string;
    readonly deployed: number;
    readonly by: string;
    readonly current: boolean;
  }

  export interface IService {
    readonly state: 'running' | 'starting' | 'failing' | 'stopped';
    readonly reason: string;
    readonly ui_url: string;
    readonly restarts: number;

    /** The Prefect API that is used, which may be another than this service's; null for none. */
    readonly api: { readonly source: string; readonly embedded: boolean } | null;
  }
}

/**
 * The sidebar. Each capability adds its section.
 */
export interface IPipelinePanel {
  /**
   * Add a section; a lower rank is further up.
   */
  addSection(section: Widget, rank: number): void;
}

export const IClusterManager = new Token<IClusterManager>(
  'jupyter-pipeline:IClusterManager',
  'The clusters of Jupyter Pipeline.'
);

export const IDeploymentManager = new Token<IDeploymentManager>(
  'jupyter-pipeline:IDeploymentManager',
  'The deployments of Jupyter Pipeline and the service that runs them.'
);

export const IPipelinePanel = new Token<IPipelinePanel>(
  'jupyter-pipeline:IPipelinePanel',
  'The sidebar of Jupyter Pipeline.'
);
