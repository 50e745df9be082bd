'use client';
import type { Neighbours, TopologyView } from '../live/model.ts';
import { AloneStage } from './alone-stage.tsx';
import { forceNodesMax } from './arrange.ts';
import { Graph } from './graph.tsx';
import { Panel } from './panel.tsx';
import type { Selection } from './scene.ts';
import { Sheet } from './sheet.tsx';

interface StageProps {
  readonly topology: TopologyView;
  readonly neighbours: Neighbours | undefined;
  readonly selection: Selection;
  readonly onSelect: (selection: Selection) => void;
  readonly community: string;
}

/** The map and what is selected on it; or you, alone. */
export function Stage({ topology, neighbours, selection, onSelect, community }: StageProps) {
  if (topology.nodes.length < 2) return <AloneStage community={community} />;
  return (
    <>
      <div className="stage">
        <Graph topology={topology} selection={selection} onSelect={onSelect} />
      </div>
      <Sheet
        first={selection === undefined || topology.nodes.length > forceNodesMax ? 'peek' : 'half'}
        subject={selection === undefined ? '' : 'node' in selection ? selection.node : selection.link}
        closable={selection !== undefined}
        onClose={() => onSelect(undefined)}
      >
        {(head) => <Panel topology={topology} neighbours={neighbours} selection={selection} onSelect={onSelect} head={head} />}
      </Sheet>
    </>
  );
}
