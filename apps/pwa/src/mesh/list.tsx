'use client';
import { useEffect, useRef } from 'react';
import { useNodeState } from '../frame/node-state.tsx';
import { useNow } from '../live/clock.ts';
import type { Neighbours, RadioBeneath, TopologyView } from '../live/model.ts';
import { age, number, short } from '../strings/format.ts';
import { frameStrings } from '../strings/frame.ts';
import { meshStrings } from '../strings/mesh.ts';
import { radioStrings } from '../strings/radio.ts';
import { Glyph } from '../ui/glyph.tsx';
import { Bars, qualityWord } from '../ui/parts.tsx';
import { groupsOf, type ListGroup, type ListRow } from './groups.ts';
import { NodeDetail } from './panel.tsx';
import { Radio } from './radio.tsx';
import type { Selection } from './scene.ts';
import { findWays } from './ways.ts';

const words = meshStrings.mesh;

interface ListProps {
  readonly topology: TopologyView;
  readonly neighbours: Neighbours | undefined;
  readonly radio: RadioBeneath | undefined;
  readonly selection: Selection;
  readonly onSelect: (selection: Selection) => void;
}

/** The same nodes, ways and selection as the map, in words. */
export function MeshList(props: ListProps) {
  const ways = findWays(props.topology);
  const groups = groupsOf(props.topology, ways);
  const total = props.topology.nodes.length;
  // Two columns of about the same length on a desktop.
  let listed = 0;
  const split = groups.findIndex((group) => {
    listed += group.rows.length;
    return listed >= total / 2;
  });
  const columns = [groups.slice(0, split + 1), groups.slice(split + 1)];
  return (
    <>
      <div className="cols even" data-testid="mesh-list" data-nodes={total}>
        {columns.map((column, i) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: left and right
          <div key={i}>
            {column.map((group) => (
              <Group key={`${group.kind}${group.hops}`} group={group} {...props} />
            ))}
          </div>
        ))}
      </div>
      <div className="mlist">
        <h2>{radioStrings.radio.title}</h2>
        <Radio radio={props.radio} neighbours={props.neighbours} onSelect={props.onSelect} />
      </div>
    </>
  );
}

function Group({ group, ...props }: ListProps & { group: ListGroup }) {
  const title = { gateways: words.groups.gateways, hops: words.groups.hops(group.hops), 'no-way': words.groups.noWay, offline: words.groups.offline }[
    group.kind
  ];
  return (
    <div className="mlist">
      <h2>
        {title}
        <span>{number(group.rows.length)}</span>
      </h2>
      {group.rows.map((row) => (
        <Row key={row.node.id} row={row} group={group} {...props} />
      ))}
    </div>
  );
}

function Row({ row, group, topology, neighbours, radio, selection, onSelect }: ListProps & { row: ListRow; group: ListGroup }) {
  const ref = useRef<HTMLAnchorElement>(null);
  const { node } = row;
  const { past } = useNodeState();
  const selected = selection !== undefined && 'node' in selection && selection.node === node.id;
  // A deep link to a node far down the list shows it.
  // biome-ignore lint/correctness/useExhaustiveDependencies: on arrival only
  useEffect(() => {
    if (selected) ref.current?.scrollIntoView({ block: 'center' });
  }, []);
  const via =
    group.kind === 'offline'
      ? undefined
      : group.kind === 'gateways'
        ? words.toBackend
        : row.through
          ? (past ? words.throughThen : words.through)(row.throughSelf ? frameStrings.youWithin : row.through)
          : node.self
            ? frameStrings.youWithin
            : words.noWay;
  return (
    <>
      <a
        ref={ref}
        className={selected ? 'it sel' : 'it'}
        href={`/mesh?view=list&node=${node.id}`}
        aria-current={selected ? 'true' : undefined}
        data-testid="mesh-row"
        data-node={node.id}
        data-hops={group.kind === 'hops' ? group.hops : undefined}
        data-group={group.kind}
        onClick={(event) => {
          if (event.metaKey || event.ctrlKey || event.shiftKey) return;
          event.preventDefault();
          onSelect(selected ? undefined : { node: node.id });
        }}
      >
        <Glyph name={node.self && !node.gateway ? 'you' : group.kind === 'offline' ? 'offline' : node.gateway ? 'gateway' : 'node'} />
        <span className="name">
          {node.self ? words.youMark(node.name) : node.name}
          <span className="via">{via ?? <LastHeard at={node.lastSeen} />}</span>
        </span>
        <span className="ms">{row.costMs !== undefined && group.kind === 'hops' ? short(row.costMs) : ''}</span>
        <span className="q">
          {group.kind === 'offline' ? (
            words.offline
          ) : row.quality ? (
            <>
              <Bars quality={row.quality} thin />
              {qualityWord(row.quality)}
            </>
          ) : (
            ''
          )}
        </span>
      </a>
      {selected && (
        <div className="detail">
          <NodeDetail topology={topology} node={node} ways={findWays(topology)} neighbours={neighbours} radio={radio} onSelect={onSelect} />
        </div>
      )}
    </>
  );
}

/** Counts on by itself: a list of hundreds must not be rendered anew every second. */
function LastHeard({ at }: { at: number | undefined }) {
  const now = useNow();
  return at === undefined ? words.neverHeard : words.lastHeard(age(now - at));
}
