import type { IEditorLanguageRegistry } from '@jupyterlab/codemirror';
import type { TranslationBundle } from '@jupyterlab/translation';
import React from 'react';

/** The order of the tabs. */
const ORDER = ['steps.py', 'flow.py', 'prefect.yaml'];

/**
 * The generated files, one at a time, in colours.
 */
export function FilePreview(props: {
  files: { readonly [path: string]: string };
  languages: IEditorLanguageRegistry | null;
  trans: TranslationBundle;
}): JSX.Element {
  const { files, languages, trans } = props;
  const names = Object.keys(files).sort(
    (a, b) => rank(a) - rank(b) || a.localeCompare(b)
  );
  const [chosen, setChosen] = React.useState('');
  const shown = names.includes(chosen) ? chosen : names[0];
  const select = (event: React.KeyboardEvent): void => {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (step) {
      const next = names[(names.indexOf(shown) + step + names.length) % names.length];
      setChosen(next);
      document.getElementById(tabId(next))?.focus();
    }
  };
  return (
    <div className="jp-pipeline-preview">
      <div
        role="tablist"
        aria-label={trans.__('Generated files')}
        className="jp-pipeline-tabs"
        onKeyDown={select}
      >
        {names.map(name => (
          <button
            key={name}
            id={tabId(name)}
            type="button"
            role="tab"
            aria-selected={name === shown}
            aria-controls="jp-pipeline-file"
            tabIndex={name === shown ? 0 : -1}
            onClick={() => setChosen(name)}
          >
            {name}
          </button>
        ))}
      </div>
      <Code path={shown} text={files[shown] ?? ''} languages={languages} />
    </div>
  );
}

function Code(props: {
  path: string;
  text: string;
  languages: IEditorLanguageRegistry | null;
}): JSX.Element {
  const { languages, path, text } = props;
  const node = React.useRef<HTMLPreElement>(null);
  React.useEffect(() => {
    const pre = node.current;
    if (!pre) {
      return;
    }
    pre.textContent = text;
    pre.scrollTop = 0;
    let current = true;
    const language =
      languages?.findByFileName(path) ?? languages?.findBest(path) ?? null;
    if (languages && language) {
      const coloured = document.createElement('code');
      languages
        .highlight(text, language, coloured)
        .then(() => {
          if (current) {
            pre.replaceChildren(coloured);
          }
        })
        .catch(() => undefined); // the plain text is shown already
    }
    return () => {
      current = false;
    };
  }, [languages, path, text]);
  return (
    <pre
      ref={node}
      id="jp-pipeline-file"
      role="tabpanel"
      aria-labelledby={tabId(path)}
      tabIndex={0}
      className="jp-pipeline-code"
    />
  );
}

function rank(name: string): number {
  const place = ORDER.indexOf(name);
  return place < 0 ? ORDER.length : place;
}

function tabId(name: string): string {
  return `jp-pipeline-file-${name.replace(/[^A-Za-z0-9]/g, '-')}`;
}
