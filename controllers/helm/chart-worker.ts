import { readFileSync } from 'node:fs';
import { type Chart, type ChartFile, crdFiles, processDependencies, readChartArchive } from '@millrace/helm';
import { renderHere } from '@millrace/releases';
import { answerTasks } from '@millrace/threads';
import type { ChartPart, ChartTask } from './charts.ts';
import { postRendered } from './post-render.ts';

/** Charts that have been read, by the path of their archive: the one that was asked for last at the end. */
const charts = new Map<string, Chart>();
const mostCharts = 8;

answerTasks<ChartTask, ChartPart>((task, respond) => {
  try {
    const chart = { ...chartAt(task.archive) };
    if (task.version) chart.metadata = { ...chart.metadata, version: task.version };
    switch (task.ask.kind) {
      case 'metadata':
        return respond({ kind: 'metadata', metadata: chart.metadata });
      case 'crds':
        return respond({ kind: 'crds', files: crdFiles(processDependencies(chart, task.ask.values)) });
      case 'render': {
        const { request, postRender } = task.ask;
        const { wanted, result } = renderHere(
          chart,
          { ...request, lookups: new Map(request.lookups) },
          { postRender: files => postRendered(files, postRender) },
        );
        if ('rendered' in result) return respond({ kind: 'rendered', wanted, rendered: result.rendered });
        return respond({ kind: 'failed', wanted, message: result.problem.message });
      }
    }
  } catch (error) {
    respond({ kind: 'failed', wanted: [], message: error instanceof Error ? error.message : String(error) });
  }
});

function chartAt(archive: string): Chart {
  const chart = charts.get(archive) ?? apart(readChartArchive(readFileSync(archive)));
  charts.delete(archive);
  charts.set(archive, chart);
  for (const path of charts.keys()) {
    if (charts.size <= mostCharts) break;
    charts.delete(path);
  }
  return chart;
}

/** Each file in memory of its own: what goes to another thread takes all along that lies in the same. */
function apart(chart: Chart): Chart {
  const copied = (file: ChartFile): ChartFile => ({ ...file, data: new Uint8Array(file.data) });
  return { ...chart, templates: chart.templates.map(copied), files: chart.files.map(copied) };
}
