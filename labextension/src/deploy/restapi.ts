import type { INotebookContent } from '@jupyterlab/nbformat';
import type { ServerConnection } from '@jupyterlab/services';

import { request } from '../request';
import type { IDeployed, IDeploymentStatus } from '../records';
import type { ISchedule } from './schedule';

/**
 * Which cell is promoted, and how.
 */
export interface IDeployOptions extends ISchedule {
  /** The notebook as it is in the editor, saved or not. */
  notebook: INotebookContent;

  /** The path of the notebook, below the server's folder. */
  path: string;

  /** The index of the cell; notebooks of older formats have no ids. Without it, all marked cells are meant. */
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
 * What a schedule means.
 */
export interface IScheduleMeaning {
  readonly description: string;
  readonly timezone: string;
  readonly next_runs: ReadonlyArray<{ readonly time: number; readonly text: string }>;
}

type Settings = ServerConnection.ISettings;

export const explainSchedule = (
  settings: Settings,
  schedule: ISchedule
): Promise<IScheduleMeaning> => request(settings, 'POST', ['schedule'], schedule);

export const preview = (
  settings: Settings,
  options: IDeployOptions
): Promise<IDeployed> => request(settings, 'POST', ['deploy', 'preview'], options);

export const deploy = (
  settings: Settings,
  options: IDeployOptions,
  signal: AbortSignal
): Promise<IDeployed> => request(settings, 'POST', ['deploy'], options, {}, signal);

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
