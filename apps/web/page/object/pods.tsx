import './pods.css';
import type { ImageUse } from '../../model/image-use.ts';
import type { Workload } from '../../model/look.ts';
import type { Container, Ending, Pod } from '../../model/pod.ts';
import type { Row } from '../../model/row.ts';
import { Link } from '../link.tsx';
import { StateIcon } from '../state-icon.tsx';
import { now } from '../store.ts';
import { ago, exactly } from '../words.ts';

/** The Pods of a workload, what runs in them, and how they ended the time before. */
export function Pods({ of, workload: { pods, images, unseen } }: { of: Row; workload: Workload }) {
  if (unseen) return <p class="nothing">The Pods are not yours to see: {unseen}</p>;
  return (
    <>
      {images.some(({ differs }) => differs) && <Images images={images.filter(({ differs }) => differs)} />}
      {pods.length === 0 && <p class="nothing">There are no Pods.</p>}
      <ul class="pods">
        {pods.map(pod => (
          <li key={pod.uid || pod.name} class={pod.state}>
            <PodView pod={pod} isItself={of.kind === 'Pod.'} />
          </li>
        ))}
      </ul>
    </>
  );
}

function Images({ images }: { images: ImageUse[] }) {
  return (
    <ul class="images" aria-label="Images that differ">
      {images.map(({ container, wanted, runs, differs }) => (
        <li key={container}>
          <strong>{differs}</strong>
          <small>
            {container} is to run <code>{wanted}</code>
          </small>
          {runs.map(({ image, digest, pods }) => (
            <small key={`${image} ${digest}`}>
              {pods} × <code>{image}</code> <Digest digest={digest} />
            </small>
          ))}
        </li>
      ))}
    </ul>
  );
}

const Digest = ({ digest }: { digest: string }) =>
  digest ? <code title={digest}>{digest.slice(0, 'sha256:'.length + 12)}</code> : null;

function PodView({ pod, isItself }: { pod: Pod; isItself: boolean }) {
  const { namespace, name, status, state, message, ready, of, restarts, lastRestart, node, created } = pod;
  return (
    <>
      <div class="pod">
        <StateIcon state={state} />
        {isItself ? <b>{name}</b> : <Link to={{ kind: 'Pod.', namespace, name }}>{name}</Link>}
        <span class={state === 'failing' ? 'failing' : ''}>{status}</span>
        <span>
          {ready}/{of} ready
        </span>
        {restarts > 0 && (
          <span title={exactly(lastRestart)}>
            {restarts} restart{restarts === 1 ? '' : 's'}
            {lastRestart && `, last ${ago(lastRestart, now.value)} ago`}
          </span>
        )}
        {node && <span>on {node}</span>}
        <time dateTime={created} title={exactly(created)}>
          {ago(created, now.value)} old
        </time>
        <Link class="to-log" to={{ kind: 'Pod.', namespace, name }} tab="logs">
          Logs
        </Link>
      </div>
      {message && <p class="why">{message}</p>}
      {state === 'ready' ? (
        <details>
          <summary>
            {pod.containers.map(({ image }) => (
              <code key={image}>{image}</code>
            ))}
          </summary>
          <Containers pod={pod} />
        </details>
      ) : (
        <Containers pod={pod} />
      )}
    </>
  );
}

function Containers({ pod: { containers } }: { pod: Pod }) {
  return (
    <table class="containers">
      <thead>
        <tr>
          <th scope="col">Container</th>
          <th scope="col">State</th>
          <th scope="col">Image</th>
          <th scope="col">The time before</th>
        </tr>
      </thead>
      <tbody>
        {containers.map(one => (
          <ContainerView key={`${one.role} ${one.name}`} container={one} />
        ))}
      </tbody>
    </table>
  );
}

function ContainerView({ container }: { container: Container }) {
  const { name, role, image, digest, status, ready, restarts, before } = container;
  return (
    <tr>
      <td>
        {name} {role !== 'main' && <small>{role}</small>}
      </td>
      <td>
        {status}
        <small>
          {[status === 'Running' && !ready && 'not ready', restarts > 0 && `${restarts} restarts`]
            .filter(Boolean)
            .join(', ')}
        </small>
      </td>
      <td>
        <code>{image}</code>
        <small>
          <Digest digest={digest} />
        </small>
      </td>
      <td>{before && <Before ending={before} />}</td>
    </tr>
  );
}

function Before({ ending: { exitCode, signal, reason, message, at } }: { ending: Ending }) {
  return (
    <>
      {reason || (signal ? 'Signal' : 'Ended')}, {signal ? `signal ${signal}` : `exit code ${exitCode}`}
      <small>
        {message && `${message} `}
        <time dateTime={at} title={exactly(at)}>
          {at && `${ago(at, now.value)} ago`}
        </time>
      </small>
    </>
  );
}
