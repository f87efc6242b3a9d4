import React from 'react';

/**
 * A state in a coloured chip.
 */
export function Chip(props: {
  tone: 'good' | 'bad' | 'off';
  label: string;
}): JSX.Element {
  return <span className={`jp-pipeline-chip jp-mod-${props.tone}`}>{props.label}</span>;
}

/**
 * A button that looks like a link.
 */
export function LinkButton(
  props: Omit<React.ButtonHTMLAttributes<HTMLButtonElement>, 'type' | 'className'>
): JSX.Element {
  return <button {...props} type="button" className="jp-pipeline-link" />;
}

/**
 * An inline message: the error and the next step.
 */
export function Notice(props: {
  kind: 'error' | 'warning' | 'info';
  children: React.ReactNode;
}): JSX.Element {
  return (
    <div
      className={`jp-pipeline-notice jp-mod-${props.kind}`}
      role={props.kind === 'error' ? 'alert' : 'status'}
    >
      <div className="jp-pipeline-notice-text">{props.children}</div>
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
