import type { LabIcon } from '@jupyterlab/ui-components';
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
 * A button that is an icon, with or without a text; its label is the accessible name and the tooltip.
 */
export function IconButton(props: {
  icon: LabIcon;
  label: string;
  onClick: () => void;
  disabled?: boolean;
  text?: string;
}): JSX.Element {
  return (
    <button
      type="button"
      className="jp-pipeline-icon-button"
      title={props.label}
      aria-label={props.label}
      disabled={props.disabled}
      onClick={props.onClick}
    >
      <props.icon.react tag="span" className="jp-pipeline-icon" height="16px" />
      {props.text && <span>{props.text}</span>}
    </button>
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

/**
 * Runs one action at a time and stores its error.
 */
export function useAction(): {
  busy: boolean;
  error: Error | null;
  clear: () => void;
  run: (action: () => Promise<unknown>) => void;
} {
  const [busy, setBusy] = React.useState(false);
  const [error, setError] = React.useState<Error | null>(null);
  const mounted = React.useRef(true);
  React.useEffect(() => {
    mounted.current = true;
    return () => {
      mounted.current = false;
    };
  }, []);
  const run = (action: () => Promise<unknown>): void => {
    setBusy(true);
    setError(null);
    action()
      .catch((reason: Error) => mounted.current && setError(reason))
      .finally(() => mounted.current && setBusy(false));
  };
  return { busy, error, clear: () => setError(null), run };
}
