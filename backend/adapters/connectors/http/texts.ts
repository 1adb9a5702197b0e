/** What the kind asks for beside the connector's own settings, as connectors speak: multi-language strings of SuperOffice. */
export const secretName =
  'US:"Secret of the sync connector";NO:"Hemmelighet for Sync Connector";SW:"Hemlighet för Sync Connector";DA:"Hemmelighed for Sync Connector";GE:"Geheimnis des Sync Connectors";NL:"Geheim van Sync Connector"';

export const secretHelp =
  'US:"Sent with every call, so that the sync connector knows it is us";NO:"Sendes med hvert kall, slik at Sync Connector vet at det er oss";SW:"Skickas med varje anrop, så att Sync Connector vet att det är vi";DA:"Sendes med hvert kald, så Sync Connector ved, at det er os";GE:"Wird mit jedem Aufruf gesendet, damit der Sync Connector weiß, dass wir es sind";NL:"Wordt met elke aanroep meegestuurd, zodat Sync Connector weet dat wij het zijn"';
