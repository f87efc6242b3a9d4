import type { ServerConnection } from '@jupyterlab/services';

import { request } from '../request';
import type { Clusters } from '../tokens';

/** Polls do not count as user activity, so that idle servers are culled. */
const QUIET = { no_track_activity: '1' };

export function listProfiles(
  settings: ServerConnection.ISettings
): Promise<Clusters.IProfile[]> {
  return request(settings, 'GET', ['profiles'], undefined, QUIET);
}

export function checkProfile(
  settings: ServerConnection.ISettings,
  name: string,
  kernel?: string
): Promise<unknown> {
  return request(settings, 'POST', ['profiles', name, 'check'], { kernel });
}

/** Number of ended clusters in one answer. */
const PAGE = 50;

export function listEnded(
  settings: ServerConnection.ISettings,
  offset: number
): Promise<{ records: Clusters.IModel[]; count: number }> {
  const query = { offset: String(offset), limit: String(PAGE) };
  return request(settings, 'GET', ['ended-clusters'], undefined, query);
}

export function startCluster(
  settings: ServerConnection.ISettings,
  options: Clusters.IStartOptions
): Promise<Clusters.IModel> {
  return request(settings, 'POST', ['clusters'], options);
}

export function updateCluster(
  settings: ServerConnection.ISettings,
  name: string,
  change:
    | { workers: number }
    | { adapt: [number, number] }
    | { extend: number }
    | { dismissed: boolean }
): Promise<Clusters.IModel> {
  return request(settings, 'PATCH', ['clusters', name], change);
}

export function stopCluster(
  settings: ServerConnection.ISettings,
  name: string
): Promise<Clusters.IModel> {
  return request(settings, 'DELETE', ['clusters', name]);
}

export async function clusterLogs(
  settings: ServerConnection.ISettings,
  name: string
): Promise<string> {
  const answer = await request<{ logs: string }>(settings, 'GET', [
    'clusters',
    name,
    'logs'
  ]);
  return answer.logs;
}
