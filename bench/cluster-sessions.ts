/** Commands that a user types one after the other in a namespace of their own, and the files that they name. */
export interface Session {
  title: string;
  /** Whether it waits for Pods to run, which they do only where there are nodes. */
  needsNodes?: boolean;
  files?: Record<string, string>;
  commands: string[];
}

const web = `apiVersion: apps/v1
kind: Deployment
metadata: {name: web, labels: {app: web}}
spec:
  replicas: 2
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
      - {name: main, image: 'nginx:1.27', ports: [{containerPort: 80, name: http}], resources: {requests: {cpu: 10m, memory: 16Mi}}}
`;

const settings = `apiVersion: v1
kind: ConfigMap
metadata: {name: settings, labels: {app: web}}
data: {colour: blue, size: "3"}
`;

const widgets = `apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: widgets.session.example.com}
spec:
  group: session.example.com
  scope: Namespaced
  names: {plural: widgets, singular: widget, kind: Widget, shortNames: [wd], categories: [all]}
  versions:
  - name: v1
    served: true
    storage: true
    subresources: {status: {}, scale: {specReplicasPath: .spec.replicas, statusReplicasPath: .status.replicas}}
    additionalPrinterColumns:
    - {name: Size, type: integer, jsonPath: .spec.size, description: How large it is}
    - {name: Colour, type: string, jsonPath: .spec.colour, priority: 1}
    selectableFields: [{jsonPath: .spec.colour}]
    schema:
      openAPIV3Schema:
        description: Widget is a thing that can be made.
        type: object
        properties:
          spec:
            description: What is wanted.
            type: object
            required: [size]
            properties:
              size: {type: integer, minimum: 1, description: How large it shall be.}
              replicas: {type: integer}
              colour: {type: string, default: blue, enum: [blue, red]}
            x-kubernetes-validations:
            - {rule: "self.size <= 100", message: "no widget is that large"}
            - {rule: "!has(oldSelf.colour) || self.colour == oldSelf.colour", message: "the colour stays"}
          status: {type: object, x-kubernetes-preserve-unknown-fields: true}
`;

const widget = (spec: string) => `apiVersion: session.example.com/v1
kind: Widget
metadata: {name: small}
spec: ${spec}
`;

/** What is typed, by theme. */
export const sessions: Session[] = [
  {
    title: 'create, get and delete',
    files: { 'settings.yaml': settings, 'broken.yaml': settings.replace('data: {', 'data: [') },
    commands: [
      'kubectl get configmaps,secrets --no-headers | grep -v kube-root-ca',
      'kubectl create -f settings.yaml',
      'kubectl create -f settings.yaml',
      'kubectl create -f broken.yaml',
      'kubectl create -f nowhere.yaml',
      'kubectl get cm settings',
      'kubectl get cm settings -o wide --show-labels',
      'kubectl get cm settings -o yaml',
      'kubectl get cm settings -o json',
      'kubectl get cm settings -o name',
      "kubectl get cm settings -o jsonpath='{.data.colour}'",
      "kubectl get cm settings -o go-template='{{.data.size}}'",
      'kubectl get cm -o custom-columns=NAME:.metadata.name,COLOUR:.data.colour',
      'kubectl get cm -l app=web',
      'kubectl get cm -l app!=web,tier',
      'kubectl get cm --field-selector metadata.name=settings',
      'kubectl get cm --field-selector data.colour=blue',
      'kubectl get cm nothing',
      'kubectl get nonsense',
      'kubectl get cm,nonsense',
      'kubectl describe cm settings',
      'kubectl create secret generic login --from-literal=user=jane --from-literal=password=s3cret',
      'kubectl get secret login -o yaml',
      'kubectl describe secret login',
      'kubectl create secret tls pair --cert=nowhere --key=nowhere',
      'kubectl create configmap Upper --from-literal=a=b',
      'kubectl create serviceaccount robot',
      'kubectl create quota few --hard=pods=2,services=1',
      'kubectl describe quota few',
      'kubectl create service clusterip web --tcp=80:8080',
      'kubectl create service nodeport web2 --tcp=80',
      'kubectl get service web -o yaml',
      'kubectl delete cm settings --dry-run=server',
      'kubectl delete cm settings',
      'kubectl delete cm settings',
      'kubectl delete cm settings --ignore-not-found',
      'kubectl delete cm,secret -l app=none',
    ],
  },
  {
    title: 'apply by the client',
    files: {
      'web.yaml': web,
      'more.yaml': web.replace('replicas: 2', 'replicas: 3').replace('nginx:1.27', 'nginx:1.28'),
      'selector.yaml': web.replaceAll('{app: web}', '{app: other}'),
      'unknown.yaml': web.replace('replicas: 2', 'replica: 2'),
      'mistyped.yaml': web.replace('replicas: 2', 'replicas: two'),
      'double.yaml': web.replace('  replicas: 2', '  replicas: 2\n  replicas: 3'),
    },
    commands: [
      'kubectl apply -f web.yaml --dry-run=client',
      'kubectl apply -f web.yaml --dry-run=server',
      'kubectl diff -f web.yaml | grep -v "^[-+d]"',
      'kubectl apply -f web.yaml',
      'kubectl apply -f web.yaml',
      'kubectl diff -f more.yaml | tail -n +3',
      'kubectl apply -f more.yaml',
      'kubectl get deploy web -o yaml | grep -v "observedGeneration\\|Replicas:"| sed "/^status:/,$d"',
      'kubectl apply view-last-applied deploy web',
      'kubectl apply -f selector.yaml',
      'kubectl apply -f unknown.yaml',
      'kubectl apply -f unknown.yaml --validate=warn',
      'kubectl apply -f unknown.yaml --validate=false',
      'kubectl apply -f mistyped.yaml',
      'kubectl apply -f double.yaml',
      'kubectl apply -f web.yaml --prune -l app=web',
      'kubectl delete -f web.yaml',
      'kubectl delete -f web.yaml',
    ],
  },
  {
    title: 'apply by the server',
    files: {
      'web.yaml': web,
      'red.yaml': settings.replace('blue', 'red'),
      'settings.yaml': settings,
      'less.yaml': settings.replace('colour: blue, ', ''),
    },
    commands: [
      'kubectl apply --server-side -f settings.yaml',
      'kubectl apply --server-side -f settings.yaml',
      'kubectl get cm settings -o yaml --show-managed-fields',
      // Entries are in the order of their times, which have no parts of a second.
      'sleep 1; kubectl apply --server-side --field-manager=other -f red.yaml',
      'kubectl apply --server-side --field-manager=other --force-conflicts -f red.yaml',
      'kubectl apply --server-side -f less.yaml',
      'kubectl get cm settings -o yaml --show-managed-fields',
      'kubectl apply -f settings.yaml',
      'sleep 1; kubectl apply --server-side -f settings.yaml --force-conflicts',
      'kubectl get cm settings -o yaml --show-managed-fields',
      'kubectl apply -f web.yaml',
      'kubectl apply --server-side -f web.yaml',
      'kubectl scale deploy web --replicas=4',
      'kubectl apply --server-side -f web.yaml',
      'kubectl set image deploy/web main=nginx:1.29',
      'kubectl apply --server-side -f web.yaml',
      'kubectl diff --server-side -f web.yaml --force-conflicts | grep "^[-+] *replicas: [24]\\|^[-+].* image:"',
      'kubectl get deploy web -o json --show-managed-fields | grep manager | sort',
      'kubectl delete deploy web --cascade=orphan',
    ],
  },
  {
    title: 'change what is there',
    files: { 'web.yaml': web, 'settings.yaml': settings },
    commands: [
      'kubectl create -f web.yaml -f settings.yaml',
      'kubectl label cm settings tier=front',
      'kubectl label cm settings tier=back',
      'kubectl label cm settings tier=back --overwrite',
      'kubectl label cm settings tier-',
      'kubectl label cm settings tier-',
      'kubectl label cm settings "a b=c"',
      'kubectl annotate cm settings note="two words"',
      'kubectl annotate cm settings note-',
      `kubectl patch cm settings -p '{"data":{"colour":"green"}}'`,
      `kubectl patch cm settings -p '{"data":{"colour":"green"}}'`,
      `kubectl patch cm settings --type=merge -p '{"data":{"colour":null}}'`,
      `kubectl patch cm settings --type=json -p '[{"op":"add","path":"/data/shape","value":"round"}]'`,
      `kubectl patch cm settings --type=json -p '[{"op":"test","path":"/data/shape","value":"square"}]'`,
      `kubectl patch cm settings --type=json -p '[{"op":"remove","path":"/data/nothing"}]'`,
      `kubectl patch cm settings -p '{"data":{"colour":3}}'`,
      `kubectl patch cm settings -p '{"data":'`,
      `kubectl patch deploy web -p '{"spec":{"template":{"spec":{"containers":[{"name":"side","image":"busybox"}]}}}}'`,
      `kubectl patch deploy web --type=merge -p '{"spec":{"selector":{"matchLabels":{"app":"x"}}}}'`,
      `kubectl patch deploy web --subresource=scale --type=merge -p '{"spec":{"replicas":5}}'`,
      'kubectl set image deploy/web main=nginx:1.28 side=busybox:1.36',
      'kubectl set env deploy/web COLOUR=blue',
      'kubectl set env deploy/web --list',
      'kubectl set resources deploy/web -c main --limits=cpu=200m,memory=64Mi',
      'kubectl set serviceaccount deploy/web robot',
      'kubectl scale deploy web --replicas=1 --current-replicas=9',
      'kubectl scale deploy web --replicas=1',
      'kubectl autoscale deploy web --min=1 --max=3 --cpu=50%',
      'kubectl get hpa web --no-headers | cut -c1-20',
      'kubectl expose deploy web --port=80 --target-port=http',
      'kubectl get service web --no-headers',
      'kubectl rollout pause deploy web',
      'kubectl rollout pause deploy web',
      'kubectl rollout restart deploy web',
      'kubectl rollout resume deploy web',
      "EDITOR='sed -i s/round/square/' kubectl edit cm settings",
      "EDITOR='true' kubectl edit cm settings",
      'kubectl get cm settings -o jsonpath={.data}',
      'kubectl get cm settings -o json | sed s/square/oval/ | kubectl replace -f -',
      'kubectl get cm settings -o json | sed \'s/"resourceVersion": "/&9/\' | kubectl replace -f -',
      'kubectl replace --force -f settings.yaml',
    ],
  },
  {
    title: 'refused',
    commands: [
      'kubectl run web --image=nginx --port=0',
      'kubectl run Web --image=nginx',
      "kubectl run web --image=''",
      `kubectl run web --image=nginx --overrides='{"spec":{"restartPolicy":"Sometimes"}}'`,
      'kubectl create deployment web --image=nginx --replicas=-1',
      'kubectl create ingress web --rule="shop.example.com/*=web:80"',
      'kubectl create ingress web --rule="shop.example.com/*=web:http,tls=Bad_Name"',
      'kubectl create cronjob tick --image=busybox --schedule="* * * *"',
      'kubectl create job once --image=busybox -- true',
      `kubectl patch job once --type=merge -p '{"spec":{"completions":3}}'`,
      'kubectl create namespace Bad_Name',
      'kubectl create namespace default',
      'kubectl create role reader --verb=get --resource=nonsense',
      'kubectl create role reader --verb=get --resource=pods',
      'kubectl create rolebinding readers --role=reader --user=jane',
      `kubectl patch rolebinding readers --type=merge -p '{"roleRef":{"name":"writer"}}'`,
      'kubectl create poddisruptionbudget web --selector=app=web --min-available=1',
      'kubectl create poddisruptionbudget web --selector=app=web',
      'kubectl create priorityclass session-high --value=2000000000',
      'kubectl create token default --duration=1s',
      'kubectl create token nobody',
      'kubectl delete namespace kube-system --dry-run=server',
      'kubectl get --raw /nonsense',
      'kubectl get --raw /api/v1/namespaces/nothing',
      'kubectl -n nothing create configmap a',
      'kubectl -n nothing get pods',
    ],
  },
  {
    title: 'custom resources',
    files: {
      'widgets.yaml': widgets,
      'small.yaml': widget('{size: 3}'),
      'large.yaml': widget('{size: 300}'),
      'none.yaml': widget('{}'),
      'red.yaml': widget('{size: 3, colour: red}'),
      'green.yaml': widget('{size: 3, colour: green}'),
      'more.yaml': widget('{size: 3, weight: 4}'),
      'text.yaml': widget('{size: three}'),
    },
    commands: [
      'kubectl apply -f widgets.yaml',
      'kubectl wait --for=condition=Established crd/widgets.session.example.com --timeout=20s',
      'kubectl get crd widgets.session.example.com -o jsonpath={.status.acceptedNames}',
      'kubectl api-resources --api-group=session.example.com',
      'kubectl apply -f large.yaml',
      'kubectl apply -f none.yaml',
      'kubectl apply -f text.yaml',
      'kubectl apply -f green.yaml',
      'kubectl apply -f more.yaml',
      'kubectl apply -f more.yaml --validate=warn',
      'kubectl apply -f small.yaml',
      'kubectl apply -f red.yaml',
      'kubectl get wd',
      'kubectl get widgets -o wide',
      'kubectl get widget small -o yaml',
      'kubectl get wd --field-selector spec.colour=blue -o name',
      'kubectl get wd --field-selector spec.size=3 -o name',
      'kubectl explain widget.spec',
      'kubectl explain widget.spec.size',
      'kubectl explain widget --recursive',
      'kubectl scale wd small --replicas=2',
      `kubectl patch wd small --subresource=status --type=merge -p '{"status":{"replicas":2}}'`,
      `kubectl patch wd small -p '{"spec":{"size":4}}'`,
      'kubectl describe wd small',
      'kubectl delete wd small --wait',
      'kubectl delete crd widgets.session.example.com',
      'kubectl get widgets',
    ],
  },
  {
    title: 'who may do what',
    commands: [
      'kubectl auth can-i create pods',
      'kubectl auth can-i create pods --as=jane',
      'kubectl create role reader --verb=get,list --resource=pods,deployments.apps',
      'kubectl create rolebinding readers --role=reader --user=jane --serviceaccount=default:robot',
      'kubectl auth can-i list pods --as=jane',
      'kubectl auth can-i delete pods --as=jane',
      'kubectl auth can-i --list --as=jane | sort',
      'kubectl get pods --as=jane',
      'kubectl get secrets --as=jane',
      'kubectl get nodes --as=jane',
      'kubectl create configmap a --as=jane',
      'kubectl create role more --verb=create --resource=pods --as=jane',
      'kubectl get pods --as=system:serviceaccount:default:robot',
      'kubectl auth whoami --as=jane --as-group=developers',
      'kubectl describe role reader',
      'kubectl describe rolebinding readers',
      'kubectl get clusterrole view -o jsonpath={.aggregationRule}',
      'kubectl describe clusterrole edit | sort | head -60',
      'kubectl auth reconcile -f /dev/null',
      'kubectl create clusterrole session-all --verb="*" --resource="*" --as=jane',
    ],
  },
  {
    title: 'what the server says of itself',
    commands: [
      'kubectl version -o json | grep -A2 serverVersion',
      'kubectl api-versions',
      'kubectl api-resources --no-headers | sort',
      'kubectl get --raw /healthz',
      'kubectl get --raw "/readyz?verbose" | tail -1',
      'kubectl get --raw /livez/ping',
      'kubectl get --raw /apis/apps',
      'kubectl explain deployment.spec.strategy | grep "^  [a-z].*<"',
      'kubectl explain pod.spec.containers.ports --api-version=v1 | grep "^  [a-zA-Z]*.<"',
      'kubectl explain nonsense',
      'kubectl explain pod.spec.nonsense',
      'kubectl get namespace default kube-system kube-public kube-node-lease -o name',
      'kubectl get priorityclasses -o name',
      'kubectl get flowschemas -o name | wc -l',
      'kubectl cluster-info dump --namespaces=none -o name | tail -1',
      'kubectl get service kubernetes -n default -o jsonpath={.spec.ports}',
      'kubectl get cm kube-root-ca.crt -o name',
      'kubectl get sa default -o name',
    ],
  },
  {
    title: 'workloads that run',
    needsNodes: true,
    files: { 'web.yaml': web, 'next.yaml': web.replace('1.27', '1.28') },
    commands: [
      'kubectl apply -f web.yaml',
      'kubectl rollout status deploy web --timeout=60s | tail -1',
      'kubectl get deploy web',
      'kubectl get rs -l app=web',
      'kubectl get pods -l app=web --no-headers | cut -d" " -f4-',
      'kubectl wait --for=condition=Available deploy/web --timeout=30s',
      'kubectl wait --for=condition=Ready pod -l app=web --timeout=30s',
      'kubectl apply -f next.yaml',
      'kubectl rollout status deploy web --timeout=60s | tail -1',
      'kubectl rollout history deploy web',
      'kubectl rollout history deploy web --revision=2',
      'kubectl rollout undo deploy web',
      'kubectl rollout status deploy web --timeout=60s | tail -1',
      'kubectl get deploy web -o jsonpath={..image}',
      'kubectl rollout history deploy web',
      'kubectl describe deploy web | sed -n "/^Conditions/,/^Events/p"',
      'kubectl scale deploy web --replicas=3',
      'kubectl wait --for=jsonpath={.status.readyReplicas}=3 deploy/web --timeout=30s',
      'kubectl create job once --image=busybox -- true',
      'kubectl expose deploy web --port=80',
      'kubectl get endpointslices -l kubernetes.io/service-name=web -o jsonpath={.items[*].ports}',
      'kubectl delete pod -l app=web --wait=false -o name | wc -l',
      'kubectl delete deploy web --cascade=foreground',
      'kubectl get pods -l app=web',
    ],
  },
  {
    title: 'helm',
    needsNodes: true,
    commands: [
      'helm create shop',
      'helm install web ./shop --wait --timeout 60s',
      'helm install web ./shop',
      'helm list',
      'helm list -o json',
      'helm status web | sort',
      'helm get values web',
      'helm get manifest web | kubectl diff -f - | wc -l',
      'helm upgrade web ./shop --set replicaCount=3',
      'helm upgrade web ./shop --set replicaCount=three',
      'helm upgrade web ./shop --set service.port=0',
      'helm history web',
      'helm rollback web 1',
      'helm history web',
      'helm get metadata web',
      'kubectl get deploy web-shop -o jsonpath={.spec.replicas}',
      'kubectl get secrets -l owner=helm -o name',
      'helm upgrade --install other ./shop --dry-run=server | tail -5',
      'helm uninstall web --keep-history',
      'helm list -a',
      'helm uninstall web',
      'helm uninstall web',
      'kubectl get all -o name',
    ],
  },
];
