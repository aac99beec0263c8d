import { type Event, metadataOf } from '../event/event.ts';
import { type GoJson, goJson } from '../event/go-json.ts';
import { json, type ProviderType, webhook } from '../provider-type.ts';
import { requireUrl } from '../url.ts';
import { objectName } from '../words.ts';

/** https://developers.google.com/workspace/chat/api/reference/rest/v1/cards-v1 */
export const googleChat: ProviderType = {
  reach: ['proxy'],
  notifier(destination, by) {
    const url = requireUrl(destination.address);
    return webhook(destination, by, event => ({
      url,
      headers: json(),
      body: goJson({ cards: [cardOf(event)] }),
    }));
  },
};

function cardOf(event: Event): GoJson {
  const { message, severity, reportingController } = event;
  const text = severity === 'error' ? `<font color="#ff0000">${message}</font>` : message;
  const paragraph = { textParagraph: { text }, keyValue: null };
  const pairs = metadataOf(event).map(([topLabel, content]): GoJson => {
    const keyValue = { topLabel, content, contentMultiline: false, bottomLabel: null, icon: null };
    return { textParagraph: null, keyValue };
  });
  return {
    header: {
      title: objectName(event),
      subtitle: reportingController,
      imageUrl: null,
      imageStyle: null,
    },
    sections: [
      { header: '', widgets: [paragraph] },
      ...(pairs.length > 0 ? [{ header: '', widgets: pairs }] : []),
    ],
  };
}
