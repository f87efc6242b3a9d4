import type { ServerConnection } from '@jupyterlab/services';

import { request } from '../request';
import type { Deployments } from '../tokens';

type Settings = ServerConnection.ISettings;

export const startService = (settings: Settings): Promise<unknown> =>
  request(settings, 'POST', ['service']);

export const stopService = (settings: Settings): Promise<unknown> =>
  request(settings, 'DELETE', ['service']);

export const setPaused = (
  settings: Settings,
  name: string,
  paused: boolean
): Promise<Deployments.IModel> =>
  request(settings, 'PATCH', ['deployments', name], { paused });

export const deleteDeployment = (settings: Settings, name: string): Promise<void> =>
  request(settings, 'DELETE', ['deployments', name]);

export const runDeployment = (
  settings: Settings,
  name: string
): Promise<Deployments.IRun> =>
  request(settings, 'POST', ['deployments', name, 'runs']);

export const listRuns = (
  settings: Settings,
  name: string
): Promise<Deployments.IRun[]> =>
  request(settings, 'GET', ['deployments', name, 'runs']);

export const runLogs = async (settings: Settings, id: string): Promise<string> =>
  (await request<{ logs: string }>(settings, 'GET', ['runs', id])).logs;

export const runReport = (
  settings: Settings,
  id: string
): Promise<Deployments.IReport> =>
  request(settings, 'GET', ['runs', id, 'report'], undefined, { format: 'json' });

export const listVersions = (
  settings: Settings,
  name: string
): Promise<Deployments.IVersion[]> =>
  request(settings, 'GET', ['deployments', name, 'versions']);

export const rollBack = (
  settings: Settings,
  name: string,
  version: number
): Promise<Deployments.IModel> =>
  request(settings, 'POST', ['deployments', name, 'versions'], { version });

export const promote = (
  settings: Settings,
  pipeline: string
): Promise<Deployments.IModel> =>
  request(settings, 'POST', ['deployments', pipeline, 'promote']);
