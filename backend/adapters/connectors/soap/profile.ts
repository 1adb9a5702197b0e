/**
 * How one connector wants its messages: names, namespaces, SOAPActions, and the order of members, which WCF reads strictly and
 * silently drops what stands elsewhere. It comes from the connector's own WSDL; `documentedProfile` is the fallback.
 */
export interface Profile {
  readonly operations: Readonly<Record<string, Operation>>;
  readonly types: Readonly<Record<string, ComplexType>>;
}

export interface Operation {
  readonly soapAction: string;
  /** The element in the Body. */
  readonly element: QName;
  /** What stands inside it: one `request`, or nothing. */
  readonly members: readonly Member[];
}

export interface QName {
  readonly namespace: string;
  readonly name: string;
}

/** The members of a type in the order of the wire, inherited ones first. */
export interface ComplexType {
  readonly members: readonly Member[];
}

export interface Member {
  readonly element: QName;
  /** A key of `Profile.types`; null for text, numbers, booleans and enums. */
  readonly type: string | null;
  readonly repeated: boolean;
  /** An absent value is left out, or else sent as nil. */
  readonly optional: boolean;
}

const CONNECTOR_NAMESPACE = 'http://www.superoffice.net/EIS/Connector/1.0';
const ARRAYS = 'http://schemas.microsoft.com/2003/10/Serialization/Arrays';
const CONTRACT = 'IErpConnectorWS';

const strings = 'ArrayOfstring';
const dictionary = 'ArrayOfKeyValueOfstringstring';

/** Requests by operation: base class first, then own members in the order of the alphabet, as WCF's data contracts have it. */
const requests: Readonly<Record<string, readonly (readonly [name: string, type?: string])[]>> = {
  WSGetConfigData: [],
  WSTestConfigData: [['ConnectionInfo', dictionary]],
  WSSaveConnection: [['ConnectionGuid'], ['ConnectionInfo', dictionary]],
  WSTestConnection: [['ConnectionGuid']],
  WSDeleteConnection: [['ConnectionGuid']],
  WSGetSupportedActorTypes: [['ConnectionGuid']],
  WSGetSupportedActorTypeFields: [['ConnectionGuid'], ['ActorType']],
  WSGetSearchableFields: [['ConnectionGuid'], ['ActorType']],
  WSGetActors: [['ConnectionGuid'], ['ActorType'], ['ErpKeys', strings], ['FieldKeys', strings]],
  WSSearchActors: [['ConnectionGuid'], ['ActorType'], ['FieldKeys', strings], ['SearchText']],
  WSSearchActorByParent: [
    ['ConnectionGuid'],
    ['ActorType'],
    ['FieldKeys', strings],
    ['ParentActorErpKey'],
    ['ParentActorType'],
    ['SearchText'],
  ],
  WSSearchActorsAdvanced: [
    ['ConnectionGuid'],
    ['ActorType'],
    ['FieldKeys', strings],
    ['Restrictions', 'ArrayOfSearchRestrictionInfoWS'],
  ],
  WSCreateActor: [['ConnectionGuid'], ['Actor', 'ErpActorWS']],
  WSSaveActors: [['ConnectionGuid'], ['Actors', 'ArrayOfErpActorWS']],
  WSGetList: [['ConnectionGuid'], ['ListName']],
  WSGetListItems: [['ConnectionGuid'], ['ListItemKeys', strings], ['ListName']],
  WSGetActorsByTimestamp: [['ConnectionGuid'], ['ActorType'], ['FieldKeys', strings], ['UpdatedOnOrAfter']],
};

/** What a connector most probably wants, from the documented carriers and WCF's own rules. */
export function documentedProfile(): Profile {
  const member = (name: string, type: string | null = null, namespace = CONNECTOR_NAMESPACE): Member => ({
    element: { namespace, name },
    type,
    repeated: false,
    optional: false,
  });
  const many = (name: string, type: string | null, namespace = CONNECTOR_NAMESPACE): Member => ({
    ...member(name, type, namespace),
    repeated: true,
    optional: true,
  });
  const request = (operation: string) => `${operation}Request`;

  return {
    operations: Object.fromEntries(
      Object.entries(requests).map(([operation, members]) => [
        operation,
        {
          soapAction: `${CONNECTOR_NAMESPACE}/${CONTRACT}/${operation}`,
          element: { namespace: CONNECTOR_NAMESPACE, name: operation },
          members: members.length > 0 ? [member('request', request(operation))] : [],
        },
      ]),
    ),
    types: {
      ...Object.fromEntries(
        Object.entries(requests).map(([operation, members]) => [
          request(operation),
          { members: members.map(([name, type]) => member(name, type)) },
        ]),
      ),
      [strings]: { members: [many('string', null, ARRAYS)] },
      [dictionary]: { members: [many('KeyValueOfstringstring', 'KeyValueOfstringstring', ARRAYS)] },
      KeyValueOfstringstring: { members: [member('Key', null, ARRAYS), member('Value', null, ARRAYS)] },
      ArrayOfErpActorWS: { members: [many('ErpActorWS', 'ErpActorWS')] },
      ErpActorWS: {
        members: [
          member('ActorType'),
          member('ErpKey'),
          member('FieldValues', dictionary),
          member('LastModified'),
          member('ParentActorType'),
          member('ParentErpKey'),
        ],
      },
      ArrayOfSearchRestrictionInfoWS: { members: [many('SearchRestrictionInfoWS', 'SearchRestrictionInfoWS')] },
      SearchRestrictionInfoWS: {
        members: [member('FieldKey'), member('Operator'), member('Values', strings)],
      },
    },
  };
}
