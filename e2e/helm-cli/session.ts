/** What is typed after `helm`, one after the other; each works on what those before it have left. */
export const session = `
install shop ./chart --create-namespace --wait --timeout 30s
install shop ./chart
upgrade shop ./chart --set replicas=2 --description two
upgrade shop ./chart --set-string motto=cheap --reuse-values -o yaml
upgrade shop ./chart --set port=oops
history shop
upgrade shop ./chart --set port=oops --rollback-on-failure --timeout 20s
history shop -o json
rollback shop 1
rollback shop 99
rollback shop one
history shop --show-rollback-revision --max 3
get values shop
get values shop --all --revision 4 -o json
get manifest shop
get hooks shop
get notes shop
get metadata shop -o yaml --revision 1
get all shop --revision 1
status shop
test shop --timeout 20s
test shop --filter name=nobody
upgrade --install other ./chart --labels team=a,x=y
upgrade --install other ./chart --labels team=b,x=null
list -l team=b -o json
list
list -q --filter ^s
upgrade nobody ./chart
install --generate-name ./chart --dry-run=client --hide-notes --hide-secret
install dry ./chart --dry-run=server --set kept=true
install bad_name ./chart
install two ./nowhere
install two nowhere
install two nowhere/chart
install ./chart
install labels ./chart --labels owner=me
install hidden ./chart --hide-secret
install broken ./chart --set-string replicas=x --rollback-on-failure
list --failed
uninstall shop --keep-history
list --uninstalled -o yaml
uninstall shop
uninstall shop
uninstall shop --ignore-not-found
uninstall other --cascade what
uninstall other --dry-run
install kept ./chart --server-side=false --set kept=true
upgrade kept ./chart --server-side=true --force-conflicts --reset-then-reuse-values
upgrade kept ./chart --force-replace
uninstall kept
uninstall other nobody --wait
install shop ./chart --replace
`
  .trim()
  .split('\n');

/** What no two runs have in common; and what helm logs beside what it says. */
export function masked(text: string): string {
  return text
    .replace(/^level=.*\n/gm, '')
    .replace(/\b(Mon|Tue|Wed|Thu|Fri|Sat|Sun) [A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d \d{4}/g, 'TIME')
    .replace(/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d+)? [+-]\d{4} \w+ */g, 'TIME')
    .replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)/g, 'TIME')
    .replace(/UPDATED +/g, 'UPDATED ')
    .replace(/chart-\d{10}/g, 'chart-STAMP')
    .replace(/modifiedAt(=|": ?"|: ")\d+/g, 'modifiedAt$1STAMP')
    .replace(/ \d+s$/gm, ' AGE')
    .replace(/-[a-z0-9]{10}-[a-z0-9]{5}\b/g, '-POD')
    .replace(/10\.\d+\.\d+\.\d+/g, 'ADDRESS')
    .replace(/,?"(schema)?modtime":"[^"]*"/g, '')
    .replace(/^ *(schema)?modtime: .*\n/gm, '')
    .split('\n')
    .map(line => line.trimEnd())
    .join('\n');
}

/** Groups of the objects of a release: Go has them in any order. */
export function inOrder(text: string): string {
  const [before = '', ...parts] = text.split('RESOURCES:\n');
  return [before, ...parts.map(withGroupsInOrder)].join('RESOURCES:\n');
}

/** The groups stand before two empty lines. */
function withGroupsInOrder(text: string): string {
  const end = text.indexOf('\n\n\n');
  return text.slice(0, end).split('\n\n').sort().join('\n\n') + text.slice(end);
}
