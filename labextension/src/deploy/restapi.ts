import type { INotebookContent } from '@jupyterlab/nbformat';
import type { ServerConnection } from '@jupyterlab/services';

import { request } from '../request';
import type { IDeployed, IDeployedOptions, IDeploymentStatus } from '../records';
import type { ISchedule } from './schedule';

/**
 * The body of a deploy.
 */
export interface IDeployOptions {
  /** The notebook in the editor, saved or not. */
  notebook: INotebookContent;

  /** The path of the notebook, below the server's folder. */
  path: string;

  /** The index of the cell, because cells of older formats have no ids. Without it, all marked cells. */
  cell?: number;

  /** The name of the deployment. */
  name: string;

  profile?: string;
  retries?: number;
  overwrite?: boolean;

  /** The name of the notebook's kernel. */
  kernel?: string;

  /** The other options, by name. */
  [option: string]: unknown;
}

/**
 * The description of a schedule.
 */
export interface IScheduleDescription {
  readonly description: string;
  readonly timezone: string;
  readonly next_runs: ReadonlyArray<{ readonly time: number; readonly text: string }>;
}

type Settings = ServerConnection.ISettings;

export const explainSchedule = (
  settings: Settings,
  schedule: ISchedule
): Promise<IScheduleDescription> => request(settings, 'POST', ['schedule'], schedule);

export const preview = (
  settings: Settings,
  options: IDeployOptions
): Promise<IDeployed> => request(settings, 'POST', ['deploy', 'preview'], options);

export const deploy = (
  settings: Settings,
  options: IDeployOptions,
  signal: AbortSignal
): Promise<IDeployed> => request(settings, 'POST', ['deploy'], options, {}, signal);

/**
 * The options of the deployments of a cell, or without `cell` of the notebook, and of the pipeline `name`.
 */
export const deployed = (
  settings: Settings,
  options: { notebook: INotebookContent; path: string; cell?: number; name?: string }
): Promise<IDeployedOptions[]> =>
  request(settings, 'POST', ['deploy', 'deployed'], options);

export const status = (
  settings: Settings,
  notebook: INotebookContent,
  path: string
): Promise<IDeploymentStatus[]> =>
  request(
    settings,
    'POST',
    ['deploy', 'status'],
    { notebook, path },
    { no_track_activity: '1' }
  );
