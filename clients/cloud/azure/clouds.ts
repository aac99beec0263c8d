import { readFileSync } from 'node:fs';
import { isObject } from '@millrace/json';
import { CloudError, failure } from '../errors.ts';

/** One of Azure's clouds: https://learn.microsoft.com/en-us/azure/developer/identity/national-cloud */
export interface AzureCloud {
  /** The resource manager's. */
  endpoint: string;
  /** For whom its tokens are issued. */
  audience: string;
  /** For the tokens that registries take. */
  registryScope: string;
  /** Where the names of its registries end, if they are not those of the known clouds. */
  registrySuffix?: string;
}

const registryScope = 'https://containerregistry.azure.net/.default';

const known = {
  global: {
    endpoint: 'https://management.azure.com',
    audience: 'https://management.core.windows.net/',
    registryScope,
  },
  china: {
    endpoint: 'https://management.chinacloudapi.cn',
    audience: 'https://management.core.chinacloudapi.cn',
    registryScope,
  },
  government: {
    endpoint: 'https://management.usgovcloudapi.net',
    audience: 'https://management.core.usgovcloudapi.net',
    registryScope,
  },
} satisfies Record<string, AzureCloud>;

/** The cloud that the controller runs in: by a file with its endpoints, or by the authority that signs its tokens. */
export function ambientCloud(): AzureCloud {
  const authority = process.env.AZURE_AUTHORITY_HOST ?? '';
  if (authority.includes('chinacloudapi.cn')) return customCloud() ?? known.china;
  if (authority.includes('microsoftonline.us')) return customCloud() ?? known.government;
  return customCloud() ?? known.global;
}

/**
 * The cloud that AZURE_ENVIRONMENT_FILEPATH describes, if that is set: the fields of cloud-provider-azure's file.
 * Throws CloudError.
 */
export function customCloud(): AzureCloud | undefined {
  const path = process.env.AZURE_ENVIRONMENT_FILEPATH;
  if (path === undefined) return undefined;
  const fields = readFields(path);
  const text = (name: string) => (typeof fields[name] === 'string' ? fields[name] : '');
  const endpoint = text('resourceManagerEndpoint');
  const audience = text('tokenAudience');
  if (!endpoint || !audience)
    throw new CloudError(`${path} must set resourceManagerEndpoint and tokenAudience`);
  const suffix = text('containerRegistryDNSSuffix');
  return {
    endpoint,
    audience,
    registryScope: `${endpoint}/.default`,
    ...(suffix ? { registrySuffix: suffix } : {}),
  };
}

function readFields(path: string): Record<string, unknown> {
  try {
    const fields: unknown = JSON.parse(readFileSync(path, 'utf8'));
    if (isObject(fields)) return fields;
  } catch (cause) {
    throw failure(`${path} (AZURE_ENVIRONMENT_FILEPATH) cannot be read`, cause);
  }
  throw new CloudError(`${path} (AZURE_ENVIRONMENT_FILEPATH) holds no JSON object`);
}
