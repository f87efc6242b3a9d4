import type { TranslationBundle } from '@jupyterlab/translation';

const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'];

/**
 * A number of bytes with unit and three digits: `1.53 GiB`.
 */
export function formatBytes(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 1000 && unit < UNITS.length - 1) {
    value /= 1024;
    unit += 1;
  }
  const digits = unit === 0 || value >= 100 ? 0 : value >= 10 ? 1 : 2;
  return `${value.toFixed(digits)} ${UNITS[unit]}`;
}

/**
 * A number of seconds with units: `45 s`, `12 min`, `3 h 20 min`, `2 d`.
 */
export function formatDuration(seconds: number): string {
  const minutes = Math.round(seconds / 60);
  if (seconds < 59.5) {
    return `${Math.max(0, Math.round(seconds))} s`;
  }
  if (minutes < 60) {
    return `${minutes} min`;
  }
  const hours = Math.floor(minutes / 60);
  if (hours < 24) {
    return minutes % 60 ? `${hours} h ${minutes % 60} min` : `${hours} h`;
  }
  const days = Math.floor(hours / 24);
  return hours % 24 ? `${days} d ${hours % 24} h` : `${days} d`;
}

/**
 * A number of seconds in one unit: `45 s`, `12 min`, `3 h`, `2 d`.
 */
function formatRoundDuration(seconds: number): string {
  const hour = 3600;
  const hours = Math.round(seconds / hour);
  if (seconds < 59.5 * 60) {
    return formatDuration(seconds);
  }
  return hours < 24 ? `${hours} h` : `${Math.round(seconds / (24 * hour))} d`;
}

/**
 * A time relative to now: `in 3 h 20 min`, `5 min ago`, `now`.
 *
 * @param time - Seconds since the epoch.
 * @param now - Seconds since the epoch.
 * @param isShort - True for one unit: `in 3 h`.
 */
export function formatRelative(
  time: number,
  now: number,
  trans: TranslationBundle,
  isShort = false
): string {
  const distance = time - now;
  if (Math.abs(distance) < 5) {
    return trans.__('now');
  }
  const duration = (isShort ? formatRoundDuration : formatDuration)(Math.abs(distance));
  return distance > 0 ? trans.__('in %1', duration) : trans.__('%1 ago', duration);
}

/**
 * A time in the time zone of the browser and the language of JupyterLab.
 *
 * @param time - Seconds since the epoch.
 */
export function formatMoment(time: number): string {
  const language = document.documentElement.lang || undefined;
  return new Date(time * 1000).toLocaleString(language, {
    weekday: 'short',
    day: 'numeric',
    month: 'short',
    hour: '2-digit',
    minute: '2-digit'
  });
}

/**
 * The first digits of a hash, as they are shown.
 */
export function shortHash(hash: string): string {
  return hash.slice(0, 12);
}

/**
 * The commit of a version: `commit 1b2c3d4e5f60 (dirty)`.
 */
export function formatCommit(
  version: { readonly commit: string; readonly dirty: boolean },
  trans: TranslationBundle
): string {
  const commit = shortHash(version.commit);
  return version.dirty
    ? trans.__('commit %1 (dirty)', commit)
    : trans.__('commit %1', commit);
}
