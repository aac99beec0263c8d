/** How large what Helm has may be, in bytes: --helm-index-max-size, --helm-chart-max-size, --helm-chart-file-max-size. */
export interface HelmLimits {
  index: number;
  chart: number;
  chartFile: number;
}
