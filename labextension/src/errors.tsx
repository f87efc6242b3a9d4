import { Clipboard } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';
import React from 'react';

import { LinkButton } from './components';

/**
 * A message in two lines, with a button for the rest and one that copies it.
 */
export function ErrorText(props: {
  text: string;
  kind?: 'error' | 'warning' | 'info';
  trans: TranslationBundle;
  /** More actions, before the others. */
  children?: React.ReactNode;
  onDismiss?: () => void;
}): JSX.Element {
  const { children, kind = 'error', onDismiss, text, trans } = props;
  const [open, setOpen] = React.useState(false);
  const [copied, setCopied] = React.useState(false);
  const long = text.length > 60 || text.includes('\n');
  return (
    <div
      className={`jp-pipeline-error jp-mod-${kind}`}
      role={kind === 'error' ? 'alert' : 'status'}
    >
      <div className={`jp-pipeline-error-text ${open ? 'jp-mod-open' : ''}`} dir="auto">
        {text}
      </div>
      <div className="jp-pipeline-error-actions">
        {children}
        {long && (
          <LinkButton aria-expanded={open} onClick={() => setOpen(!open)}>
            {open ? trans.__('Less') : trans.__('Details')}
          </LinkButton>
        )}
        <LinkButton
          onClick={() => {
            Clipboard.copyToSystem(text);
            setCopied(true);
          }}
        >
          {copied ? trans.__('Copied') : trans.__('Copy')}
        </LinkButton>
        {onDismiss && (
          <LinkButton onClick={onDismiss}>{trans.__('Dismiss')}</LinkButton>
        )}
      </div>
    </div>
  );
}
