import type { TranslationBundle } from '@jupyterlab/translation';
import React from 'react';

/**
 * A state in a coloured chip; its tooltip has the reason.
 */
export function Chip(props: {
  tone: 'good' | 'busy' | 'bad' | 'off';
  label: string;
  title?: string;
}): JSX.Element {
  return (
    <span
      className={`jp-pipeline-chip jp-mod-${props.tone}`}
      title={props.title}
      data-state={props.label}
    >
      {props.label}
    </span>
  );
}

/**
 * An inline message: the error and the next step.
 */
export function Notice(props: {
  kind: 'error' | 'warning' | 'info';
  children: React.ReactNode;
  onClose?: () => void;
  trans?: TranslationBundle;
}): JSX.Element {
  return (
    <div
      className={`jp-pipeline-notice jp-mod-${props.kind}`}
      role={props.kind === 'error' ? 'alert' : 'status'}
    >
      <div className="jp-pipeline-notice-text">{props.children}</div>
      {props.onClose && props.trans && (
        <button type="button" className="jp-pipeline-link" onClick={props.onClose}>
          {props.trans.__('Dismiss')}
        </button>
      )}
    </div>
  );
}

/**
 * A bar that shows a share.
 */
export function Meter(props: {
  value: number;
  maximum: number;
  label: string;
}): JSX.Element {
  const share = props.maximum > 0 ? Math.min(1, props.value / props.maximum) : 0;
  return (
    <div
      className="jp-pipeline-meter"
      role="meter"
      aria-label={props.label}
      aria-valuemin={0}
      aria-valuemax={props.maximum}
      aria-valuenow={props.value}
      title={props.label}
    >
      <div
        className={share > 0.85 ? 'jp-mod-full' : ''}
        style={{ width: `${(share * 100).toFixed(1)}%` }}
      />
    </div>
  );
}
