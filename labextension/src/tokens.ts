import type { ISignal } from '@lumino/signaling';
import type { IDisposable } from '@lumino/disposable';
import type { Widget } from '@lumino/widgets';
import { Token } from '@lumino/coreutils';

import type {
  ClusterState,
  IClusterRecord,
  IDeploymentRecord,
  IProfileSummary,
  IRunRecord,
  IServiceStatus,
  IVersionRecord
} from './records';

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
  export type State = ClusterState;

  /** A cluster, with the types of the mappings in its record. */
  export interface IModel extends Omit<IClusterRecord, 'jobs' | 'last_sync' | 'drift'> {
    readonly jobs: ReadonlyArray<{ id?: string; state?: string; reason?: string }>;

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

  export type IProfile = IProfileSummary;

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
  export type IRun = IRunRecord;
  export type IModel = IDeploymentRecord;
  export type IVersion = IVersionRecord;

  export interface IService extends Omit<IServiceStatus, 'state'> {
    readonly state: 'running' | 'starting' | 'failing' | 'stopped';

    /** The Prefect API in use, which may belong to another service; null for none. */
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
