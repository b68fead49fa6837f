import { DATASET_NAMES, type Dataset } from '../datasets/dataset.js';
import type { Plan } from './plan.js';

/** What a plan counts for, and a run of it keeps. */
export type Kept = Pick<Plan, 'datasets' | 'eventSources'>;

/** In an order of ours: that in which they were named means nothing. */
export function keptOf(datasets: readonly Dataset[]): Kept {
  const all = datasets.find(({ name }) => name === 'cloudtrail_events')?.eventSources ?? 'all';
  return {
    datasets: DATASET_NAMES.filter((name) => datasets.some((dataset) => dataset.name === name)),
    eventSources: all === 'all' ? all : [...new Set(all)].sort(),
  };
}

/** For people: `athena_events, cloudtrail_events of s3.amazonaws.com`. */
export function keptText({ datasets, eventSources }: Kept): string {
  const only = eventSources === 'all' ? '' : ` of ${eventSources.join(' and ')}`;
  return datasets.map((name) => (name === 'cloudtrail_events' ? `${name}${only}` : name)).join(', ');
}

/** Flags that name the datasets of a plan. */
export function datasetFlags({ datasets }: Pick<Kept, 'datasets'>): readonly string[] {
  return datasets.flatMap((name) => ['--dataset', name]);
}

/** Flags that name its services; none where it takes all. */
export function eventSourceFlags({ eventSources }: Pick<Kept, 'eventSources'>): readonly string[] {
  return eventSources === 'all' ? [] : eventSources.flatMap((name) => ['--event-source', name]);
}
