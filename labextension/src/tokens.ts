import type { ISignal } from '@lumino/signaling';
import type { IDisposable } from '@lumino/disposable';
import type { Widget } from '@lumino/widgets';
import { Token } from '@lumino/coreutils';

import type { Syncs } from './clusters/sync';
import type {
  ClusterState,
  IClusterRecord,
  IDeploymentRecord,
  IProfileSummary,
  IReportRecord,
  IRunRecord,
  IServiceStatus,
  IVersionRecord
} from './records';

/**
 * The id of the plugin that owns the settings; its schema has the same name.
 */
export const SETTINGS_ID = 'jupyter-pipeline:plugin';

/**
 * The commands.
 */
export namespace CommandIDs {
  export const showPanel = 'pipeline:show-panel';
  export const startCluster = 'pipeline:start-cluster';
  export const scaleCluster = 'pipeline:scale-cluster';
  export const adaptCluster = 'pipeline:adapt-cluster';
  export const extendCluster = 'pipeline:extend-cluster';
  export const restartCluster = 'pipeline:restart-cluster';
  export const dismissCluster = 'pipeline:dismiss-cluster';
  export const stopCluster = 'pipeline:stop-cluster';
  export const openDashboard = 'pipeline:open-dashboard';
  export const attachCluster = 'pipeline:attach-cluster';
  export const syncCluster = 'pipeline:sync-cluster';
  export const cancelSync = 'pipeline:cancel-sync';
  export const showLogs = 'pipeline:show-cluster-logs';
  export const runDeployment = 'pipeline:run-deployment';
  export const pauseDeployment = 'pipeline:pause-deployment';
  export const resumeDeployment = 'pipeline:resume-deployment';
  export const rollBackDeployment = 'pipeline:roll-back-deployment';
  export const promoteDeployment = 'pipeline:promote-deployment';
  export const deleteDeployment = 'pipeline:delete-deployment';
  export const openDeployment = 'pipeline:open-deployment';
  export const showRunLogs = 'pipeline:show-run-logs';
  export const showRunReport = 'pipeline:show-run-report';
  export const startService = 'pipeline:start-service';
  export const stopService = 'pipeline:stop-service';
  export const deployCell = 'pipeline:deploy-cell';
  export const deployNotebook = 'pipeline:deploy-notebook';
}

/**
 * Data that a manager polls from the server.
 */
export interface IPolled extends IDisposable {
  /**
   * True after the first successful poll.
   */
  readonly isReady: boolean;

  /**
   * Resolves after the first successful poll.
   */
  readonly ready: Promise<void>;

  /**
   * The error of the last poll; null if it succeeded.
   */
  readonly failure: Error | null;

  /**
   * Time of the last successful poll in seconds since the epoch; null before the first.
   */
  readonly updated: number | null;

  /**
   * Emitted when the data or `failure` changed.
   */
  readonly changed: ISignal<IPolled, void>;

  /**
   * Emitted when a poll failed.
   */
  readonly connectionFailure: ISignal<IPolled, Error>;

  /**
   * Poll now.
   */
  refresh(): Promise<void>;

  /**
   * Poll at intervals until the result is disposed. Without a viewer, the server gets no requests.
   */
  watch(): IDisposable;
}

/**
 * The clusters.
 */
export interface IClusterManager extends IPolled {
  /**
   * The running clusters, and the failed ones that were not dismissed.
   */
  readonly clusters: ReadonlyArray<Clusters.IModel>;

  /**
   * The ended clusters that were loaded, the last one first.
   */
  readonly ended: ReadonlyArray<Clusters.IModel>;

  /**
   * Number of ended clusters on the server; null before `loadEnded`.
   */
  readonly endedCount: number | null;

  /**
   * The syncs that were started here.
   */
  readonly syncs: Syncs;

  /**
   * The profiles of clusters.
   */
  readonly profiles: ReadonlyArray<Clusters.IProfile>;

  /**
   * The profiles of the starts whose records do not exist yet.
   */
  readonly requested: ReadonlyArray<string>;

  /**
   * The error of reading the profiles, such as a syntax error; null for none.
   */
  readonly profilesFailure: Error | null;

  /**
   * Check that a profile can start in the environment of a kernel. Rejects with the reason if it cannot.
   */
  checkProfile(name: string, kernel?: string): Promise<void>;

  /**
   * Read the profiles again.
   */
  loadProfiles(): Promise<void>;

  /**
   * Start a cluster. Resolves when its record exists, before the cluster runs.
   */
  start(options: Clusters.IStartOptions): Promise<Clusters.IModel>;

  /**
   * Set a fixed number of workers.
   */
  scale(name: string, workers: number): Promise<void>;

  /**
   * Let the number of workers follow the load.
   */
  adapt(name: string, minimum: number, maximum: number): Promise<void>;

  /**
   * Extend the lifetime of a cluster by a number of seconds.
   */
  extend(name: string, seconds: number): Promise<void>;

  /**
   * Stop a cluster. Resolves when it has stopped.
   */
  stop(name: string): Promise<void>;

  /**
   * The last lines of a cluster's logs.
   */
  logs(name: string): Promise<string>;

  /**
   * Move a failed cluster to the ended ones, in all windows.
   */
  dismiss(id: string): Promise<void>;

  /**
   * Load the last ended clusters, or with `more` the next ones.
   */
  loadEnded(more?: boolean): Promise<void>;

  /**
   * The clusters with these ids among the last ended ones.
   */
  findEnded(ids: ReadonlyArray<string>): Promise<ReadonlyArray<Clusters.IModel>>;

  /**
   * The address of a cluster's dashboard, below this Jupyter server if possible.
   */
  dashboardUrl(cluster: Clusters.IModel): string;
}

/**
 * Records of clusters.
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

    /** Number of differing packages by severity; empty before a comparison. */
    readonly drift: {
      readonly blocks?: number;
      readonly warns?: number;

      /** Number of differences that only a new start of the cluster removes. */
      readonly restart?: number;
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
   * The deployments.
   */
  readonly deployments: ReadonlyArray<Deployments.IModel>;

  /**
   * The embedded Prefect service; null before the first poll.
   */
  readonly service: Deployments.IService | null;

  /**
   * The error of listing the deployments; null for none, or without a Prefect API.
   */
  readonly unreachable: Error | null;

  /**
   * Time of the last successful list of the deployments in seconds since the epoch; null before the first.
   */
  readonly listed: number | null;

  run(name: string): Promise<Deployments.IRun>;
  setPaused(name: string, paused: boolean): Promise<void>;
  delete(name: string): Promise<void>;
  runs(name: string): Promise<Deployments.IRun[]>;
  runLogs(id: string): Promise<string>;

  /** Facts on the report of a run; an error if the run has none. */
  runReport(id: string): Promise<Deployments.IReport>;

  /** The versions of a deployment, newest first. */
  versions(name: string): Promise<Deployments.IVersion[]>;

  /** Deploy an earlier version again. */
  rollBack(name: string, version: number): Promise<void>;

  /** Deploy to production the version that is live in staging. */
  promote(pipeline: string): Promise<void>;
  startService(): Promise<void>;
  stopService(): Promise<void>;
}

/**
 * Records of deployments.
 */
export namespace Deployments {
  export type IRun = IRunRecord;
  export type IModel = IDeploymentRecord;
  export type IVersion = IVersionRecord;
  export type IReport = IReportRecord;

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
   * Add a section; sections with lower ranks come first. The panel shows the failure of its data.
   */
  addSection(section: Widget, rank: number, data: IPolled): void;
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
