import type { TranslationBundle } from '@jupyterlab/translation';
import React from 'react';

import { Chip } from '../components';
import type {
  ComparisonStatus,
  ICellComparison,
  IItemComparison,
  IRehearsalComparison
} from '../records';

const TONES = { same: 'good', differs: 'bad', 'cannot be compared': 'off' } as const;

/**
 * The comparison of a rehearsal with the notebook, cell by cell. Differences show both sides.
 */
export function RehearsalComparison(props: {
  comparison: IRehearsalComparison;
  trans: TranslationBundle;
}): JSX.Element {
  const { comparison, trans } = props;
  // A file that is the same except for ignored differences has a reason.
  const files = comparison.files.filter(file => file.status !== 'same' || file.reason);
  return (
    <section
      className="jp-pipeline-comparison"
      aria-label={trans.__('Comparison of the rehearsal with the notebook')}
    >
      <h4>{summarize(comparison.cells, trans)}</h4>
      <ul>
        {comparison.cells.map(cell => (
          <CellRow key={cell.cell} cell={cell} trans={trans} />
        ))}
        {files.map(file => (
          <li key={file.name} data-status={file.status}>
            <Item item={file} trans={trans} />
          </li>
        ))}
      </ul>
      {comparison.notes.map(note => (
        <p key={note} className="jp-pipeline-hint">
          {note}
        </p>
      ))}
    </section>
  );
}

function CellRow(props: {
  cell: ICellComparison;
  trans: TranslationBundle;
}): JSX.Element {
  const { cell, trans } = props;
  const items = cell.items.filter(item => item.status !== 'same');
  const reasons = cell.status === 'cannot be compared' ? findReasons(cell) : '';
  const head = (
    <>
      <Chip tone={TONES[cell.status]} label={translate(cell.status, trans)} />{' '}
      <span className="jp-pipeline-comparison-label">{cell.label}</span>{' '}
      {reasons && <span className="jp-pipeline-hint">{reasons}</span>}
      {cell.ignored.length > 0 && (
        <span className="jp-pipeline-hint">
          {trans.__('(ignored: %1)', cell.ignored.join(', '))}
        </span>
      )}
    </>
  );
  return (
    <li data-status={cell.status}>
      {items.length + cell.notes.length === 0 ? (
        <div className="jp-pipeline-comparison-row">{head}</div>
      ) : (
        <details open={cell.status === 'differs'}>
          <summary>{head}</summary>
          {items.map((item, index) => (
            <Item key={index} item={item} trans={trans} />
          ))}
          {cell.notes.map(note => (
            <p key={note} className="jp-pipeline-hint">
              {note}
            </p>
          ))}
        </details>
      )}
    </li>
  );
}

function Item(props: { item: IItemComparison; trans: TranslationBundle }): JSX.Element {
  const { item, trans } = props;
  const sides = [
    [trans.__('Notebook'), item.notebook, item.notebook_picture],
    [trans.__('Rehearsal'), item.run, item.run_picture]
  ];
  return (
    <div className="jp-pipeline-comparison-item">
      <p>
        <b>{[item.kind, item.name].join(' ').trim()}</b>:{' '}
        {item.status === 'same'
          ? `${translate(item.status, trans)} (${item.reason})`
          : item.reason}
      </p>
      {item.status !== 'same' && sides.some(([, text, picture]) => text || picture) && (
        <div className="jp-pipeline-comparison-sides">
          {sides.map(([title, text, picture]) => (
            <figure key={title}>
              <figcaption>{title}</figcaption>
              {text ? <pre>{text}</pre> : !picture && <i>{trans.__('nothing')}</i>}
              {picture && <img alt={title} src={`data:image/png;base64,${picture}`} />}
            </figure>
          ))}
        </div>
      )}
    </div>
  );
}

/** The reasons why a cell cannot be compared, each once. */
function findReasons(cell: ICellComparison): string {
  const reasons = cell.items.map(item => item.reason).filter(Boolean);
  return [...new Set(cell.reason ? [cell.reason] : reasons)].join('; ');
}

/** The numbers of cells by status, in one sentence. */
function summarize(
  cells: ReadonlyArray<ICellComparison>,
  trans: TranslationBundle
): string {
  const parts = (Object.keys(TONES) as ComparisonStatus[])
    .map(
      status => [status, cells.filter(cell => cell.status === status).length] as const
    )
    .filter(([, count]) => count > 0)
    .map(([status, count]) => `${count} ${translate(status, trans)}`);
  return trans.__(
    'Compared with the notebook: %1',
    parts.join(', ') || trans.__('no cell')
  );
}

function translate(status: ComparisonStatus, trans: TranslationBundle): string {
  switch (status) {
    case 'same':
      return trans.__('same');
    case 'differs':
      return trans.__('differs');
    default:
      return trans.__('cannot be compared');
  }
}
