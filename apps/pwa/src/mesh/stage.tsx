'use client';
import type { Neighbours, RadioBeneath, TopologyView } from '../live/model.ts';
import { radioStrings } from '../strings/radio.ts';
import { AloneStage } from './alone-stage.tsx';
import { forceNodesMax } from './arrange.ts';
import { Graph } from './graph.tsx';
import { Panel } from './panel.tsx';
import { Radio } from './radio.tsx';
import type { Selection } from './scene.ts';
import { Sheet } from './sheet.tsx';

interface StageProps {
  readonly topology: TopologyView;
  readonly neighbours: Neighbours | undefined;
  readonly radio: RadioBeneath | undefined;
  /** The radio beneath the links is shown. */
  readonly layer: boolean;
  readonly selection: Selection;
  readonly onSelect: (selection: Selection) => void;
  readonly community: string;
  readonly byPlace: boolean;
  readonly onByPlace: (byPlace: boolean) => void;
}

/** The map and what is selected on it; or you, alone. */
export function Stage({ topology, neighbours, radio, layer, selection, onSelect, community, byPlace, onByPlace }: StageProps) {
  const shown = layer && selection === undefined;
  if (topology.nodes.length < 2 && !layer) return <AloneStage community={community} />;
  return (
    <>
      <div className="stage">
        <Graph topology={topology} radio={layer ? radio : undefined} selection={selection} onSelect={onSelect} byPlace={byPlace} onByPlace={onByPlace} />
      </div>
      <Sheet
        first={shown ? 'half' : selection === undefined || topology.nodes.length > forceNodesMax ? 'peek' : 'half'}
        subject={shown ? 'radio' : selection === undefined ? '' : 'node' in selection ? selection.node : selection.link}
        closable={selection !== undefined}
        onClose={() => onSelect(undefined)}
      >
        {(head) =>
          shown ? (
            <>
              {head(<h2 className="font-semibold">{radioStrings.radio.title}</h2>, radioStrings.radio.label)}
              <Radio radio={radio} neighbours={neighbours} onSelect={onSelect} />
            </>
          ) : (
            <Panel topology={topology} neighbours={neighbours} radio={radio} selection={selection} onSelect={onSelect} head={head} />
          )
        }
      </Sheet>
    </>
  );
}
