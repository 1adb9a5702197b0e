/**
 * What a tenant of the stand-in begins with: people and companies that do not exist, the same on every run. Domains end
 * in `.example`, so that nobody real is ever written to.
 */

export interface SeedAddress {
  readonly address1: string;
  readonly address2: string;
  readonly address3: string;
  readonly zipcode: string;
  readonly city: string;
  readonly county: string;
  readonly state: string;
}

export interface SeedCompany {
  readonly id: number;
  readonly name: string;
  readonly department: string;
  readonly orgNr: string;
  /** `Number1`, which the screens call Code. */
  readonly code: string;
  /** `Number2`, which the screens call Number. */
  readonly number: string;
  readonly phone: string;
  readonly email: string;
  readonly website: string;
  readonly street: SeedAddress;
  readonly postal: SeedAddress;
  /** ISO 3166 two letters. */
  readonly country: string;
  readonly categoryId: number;
  readonly businessId: number;
  readonly associateId: number;
  /** By prog id, in SuperOffice's encoded form (`[I:1]`, `[D:11/22/2026]`, text bare). */
  readonly userDefined: Readonly<Record<string, string>>;
  /** The only user group that may see it; null for everybody. */
  readonly onlyGroupId: number | null;
}

export interface SeedPerson {
  readonly id: number;
  readonly companyId: number;
  readonly firstname: string;
  readonly middleName: string;
  readonly lastname: string;
  readonly mrmrs: string;
  readonly title: string;
  readonly directPhone: string;
  readonly mobilePhone: string;
  readonly email: string;
  readonly positionId: number;
  readonly country: string;
  /** ISO date or null. */
  readonly birthDate: string | null;
  readonly retired: boolean;
  readonly userDefined: Readonly<Record<string, string>>;
}

export interface SeedProject {
  readonly id: number;
  readonly name: string;
  readonly number: string;
  readonly description: string;
  readonly typeId: number;
  readonly statusId: number;
  readonly associateId: number;
  readonly website: string;
  /** ISO date. */
  readonly endDate: string;
  readonly completed: boolean;
  readonly memberIds: readonly number[];
  readonly userDefined: Readonly<Record<string, string>>;
}

export interface SeedUser {
  readonly associateId: number;
  /** Login name and initials. */
  readonly name: string;
  readonly firstname: string;
  readonly lastname: string;
  readonly email: string;
  readonly personId: number;
  readonly groupId: number;
  readonly role: string;
  readonly functionRights: readonly string[];
  readonly licensed: boolean;
}

export interface SeedListItem {
  readonly id: number;
  /** Multi-language text, as SuperOffice stores it. */
  readonly name: string;
}

export interface SeedCountry extends SeedListItem {
  readonly englishName: string;
  readonly iso2: string;
  readonly iso3: string;
  readonly dialInPrefix: string;
}

export interface SeedUserDefinedField {
  readonly progId: string;
  readonly label: string;
  readonly type: 'Number' | 'ShortText' | 'LongText' | 'Date' | 'Checkbox' | 'List' | 'Decimal';
  /** The user-defined list behind a field of type List. */
  readonly udListId: number | null;
  readonly mandatory: boolean;
}

/** A column that somebody has added to a table of the database. */
export interface SeedExtraField {
  /** Begins with `x_`. */
  readonly progId: string;
  readonly label: string;
  readonly type: 'Integer' | 'ShortText' | 'LongText' | 'Date' | 'DateTime' | 'Checkbox' | 'Decimal' | 'MdoList';
}

export interface TenantSeed {
  readonly context: string;
  readonly companyName: string;
  readonly serial: string;
  readonly ownerCompanyId: number;
  readonly users: readonly SeedUser[];
  readonly groups: readonly SeedListItem[];
  readonly companies: readonly SeedCompany[];
  readonly persons: readonly SeedPerson[];
  readonly projects: readonly SeedProject[];
}

// prettier-ignore
export const countries: readonly SeedCountry[] = [
  country(578, 'Norway', 'NO', 'NOR', '47', { no: 'Norge', sv: 'Norge', da: 'Norge', de: 'Norwegen', nl: 'Noorwegen' }),
  country(752, 'Sweden', 'SE', 'SWE', '46', { no: 'Sverige', sv: 'Sverige', da: 'Sverige', de: 'Schweden', nl: 'Zweden' }),
  country(208, 'Denmark', 'DK', 'DNK', '45', { no: 'Danmark', sv: 'Danmark', da: 'Danmark', de: 'Dänemark', nl: 'Denemarken' }),
  country(246, 'Finland', 'FI', 'FIN', '358', { no: 'Finland', sv: 'Finland', da: 'Finland', de: 'Finnland', nl: 'Finland' }),
  country(528, 'Netherlands', 'NL', 'NLD', '31', { no: 'Nederland', sv: 'Nederländerna', da: 'Holland', de: 'Niederlande', nl: 'Nederland' }),
  country(276, 'Germany', 'DE', 'DEU', '49', { no: 'Tyskland', sv: 'Tyskland', da: 'Tyskland', de: 'Deutschland', nl: 'Duitsland' }),
  country(826, 'United Kingdom', 'GB', 'GBR', '44', { no: 'Storbritannia', sv: 'Storbritannien', da: 'Storbritannien', de: 'Vereinigtes Königreich', nl: 'Verenigd Koninkrijk' }),
  country(756, 'Switzerland', 'CH', 'CHE', '41', { no: 'Sveits', sv: 'Schweiz', da: 'Schweiz', de: 'Schweiz', nl: 'Zwitserland' }),
  country(40, 'Austria', 'AT', 'AUT', '43', { no: 'Østerrike', sv: 'Österrike', da: 'Østrig', de: 'Österreich', nl: 'Oostenrijk' }),
  country(56, 'Belgium', 'BE', 'BEL', '32', { no: 'Belgia', sv: 'Belgien', da: 'Belgien', de: 'Belgien', nl: 'België' }),
];

/** By MDO list name. `projtype` and `projstatus` are known under those names as well. */
// prettier-ignore
export const lists: Readonly<Record<string, readonly SeedListItem[]>> = {
  category: [
    item(1, 'Customer', { no: 'Kunde', sv: 'Kund', da: 'Kunde', de: 'Kunde', nl: 'Klant' }),
    item(2, 'Prospect', { no: 'Potensiell kunde', sv: 'Möjlig kund', da: 'Mulig kunde', de: 'Interessent', nl: 'Prospect' }),
    item(3, 'Partner', { no: 'Partner', sv: 'Partner', da: 'Partner', de: 'Partner', nl: 'Partner' }),
    item(4, 'Supplier', { no: 'Leverandør', sv: 'Leverantör', da: 'Leverandør', de: 'Lieferant', nl: 'Leverancier' }),
    item(5, 'Former customer', { no: 'Tidligere kunde', sv: 'Tidigare kund', da: 'Tidligere kunde', de: 'Ehemaliger Kunde', nl: 'Voormalige klant' }),
    item(6, 'Other', { no: 'Annet', sv: 'Övrigt', da: 'Andet', de: 'Sonstiges', nl: 'Overig' }),
  ],
  business: [
    item(1, 'Construction', { no: 'Bygg og anlegg', sv: 'Bygg och anläggning', da: 'Byggeri', de: 'Bauwesen', nl: 'Bouw' }),
    item(2, 'Manufacturing', { no: 'Industri', sv: 'Tillverkning', da: 'Produktion', de: 'Fertigung', nl: 'Productie' }),
    item(3, 'Wholesale', { no: 'Engros', sv: 'Grossist', da: 'Engros', de: 'Großhandel', nl: 'Groothandel' }),
    item(4, 'Retail', { no: 'Detaljhandel', sv: 'Detaljhandel', da: 'Detailhandel', de: 'Einzelhandel', nl: 'Detailhandel' }),
    item(5, 'Transport', { no: 'Transport', sv: 'Transport', da: 'Transport', de: 'Transport', nl: 'Transport' }),
    item(6, 'Information technology', { no: 'IT', sv: 'IT', da: 'IT', de: 'Informationstechnik', nl: 'IT' }),
    item(7, 'Food and fish', { no: 'Mat og fisk', sv: 'Livsmedel', da: 'Fødevarer', de: 'Lebensmittel', nl: 'Voeding en vis' }),
    item(8, 'Energy', { no: 'Energi', sv: 'Energi', da: 'Energi', de: 'Energie', nl: 'Energie' }),
    item(9, 'Professional services', { no: 'Tjenester', sv: 'Tjänster', da: 'Rådgivning', de: 'Dienstleistungen', nl: 'Zakelijke diensten' }),
  ],
  perspos: [
    item(1, 'Managing director', { no: 'Daglig leder', sv: 'Verkställande direktör', da: 'Direktør', de: 'Geschäftsführung', nl: 'Directeur' }),
    item(2, 'Purchasing manager', { no: 'Innkjøpssjef', sv: 'Inköpschef', da: 'Indkøbschef', de: 'Einkaufsleitung', nl: 'Inkoopmanager' }),
    item(3, 'Finance manager', { no: 'Økonomisjef', sv: 'Ekonomichef', da: 'Økonomichef', de: 'Finanzleitung', nl: 'Financieel manager' }),
    item(4, 'Project manager', { no: 'Prosjektleder', sv: 'Projektledare', da: 'Projektleder', de: 'Projektleitung', nl: 'Projectleider' }),
    item(5, 'IT manager', { no: 'IT-sjef', sv: 'IT-chef', da: 'IT-chef', de: 'IT-Leitung', nl: 'IT-manager' }),
    item(6, 'Sales manager', { no: 'Salgssjef', sv: 'Försäljningschef', da: 'Salgschef', de: 'Vertriebsleitung', nl: 'Verkoopmanager' }),
    item(7, 'Assistant', { no: 'Assistent', sv: 'Assistent', da: 'Assistent', de: 'Assistenz', nl: 'Assistent' }),
  ],
  mrmrs: [item(1, 'Mr'), item(2, 'Ms'), item(3, 'Dr')],
  projecttype: [
    item(1, 'Delivery', { no: 'Leveranse', sv: 'Leverans', da: 'Levering', de: 'Lieferung', nl: 'Levering' }),
    item(2, 'Pilot', { no: 'Pilot', sv: 'Pilot', da: 'Pilot', de: 'Pilot', nl: 'Pilot' }),
    item(3, 'Campaign', { no: 'Kampanje', sv: 'Kampanj', da: 'Kampagne', de: 'Kampagne', nl: 'Campagne' }),
    item(4, 'Internal', { no: 'Intern', sv: 'Intern', da: 'Intern', de: 'Intern', nl: 'Intern' }),
  ],
  projectstatus: [
    item(1, 'Planned', { no: 'Planlagt', sv: 'Planerad', da: 'Planlagt', de: 'Geplant', nl: 'Gepland' }),
    item(2, 'Running', { no: 'Pågår', sv: 'Pågår', da: 'I gang', de: 'Laufend', nl: 'Lopend' }),
    item(3, 'On hold', { no: 'På vent', sv: 'Pausad', da: 'På hold', de: 'Angehalten', nl: 'In de wacht' }),
    item(4, 'Finished', { no: 'Avsluttet', sv: 'Avslutad', da: 'Afsluttet', de: 'Abgeschlossen', nl: 'Afgerond' }),
  ],
  currency: [item(1, 'NOK'), item(2, 'SEK'), item(3, 'DKK'), item(4, 'EUR'), item(5, 'GBP'), item(6, 'CHF')],
  source: [
    item(1, 'Web site', { no: 'Nettsted', sv: 'Webbplats', da: 'Hjemmeside', de: 'Webseite', nl: 'Website' }),
    item(2, 'Trade fair', { no: 'Messe', sv: 'Mässa', da: 'Messe', de: 'Messe', nl: 'Beurs' }),
    item(3, 'Recommendation', { no: 'Anbefaling', sv: 'Rekommendation', da: 'Anbefaling', de: 'Empfehlung', nl: 'Aanbeveling' }),
  ],
  udlist110: [
    item(1, 'Free on board', { no: 'Fritt om bord', sv: 'Fritt ombord', da: 'Frit om bord', de: 'Frei an Bord', nl: 'Vrij aan boord' }),
    item(2, 'Delivered', { no: 'Levert', sv: 'Levererat', da: 'Leveret', de: 'Geliefert', nl: 'Geleverd' }),
    item(3, 'Ex works', { no: 'Fra fabrikk', sv: 'Från fabrik', da: 'Ab fabrik', de: 'Ab Werk', nl: 'Af fabriek' }),
  ],
};

// prettier-ignore
export const userDefinedFields: Readonly<Record<'contact' | 'person' | 'project', readonly SeedUserDefinedField[]>> = {
  contact: [udef('SuperOffice:1', 'US:"ERP customer no.";NO:"ERP kundenr.";GE:"ERP-Kundennr."', 'ShortText'), udef('SuperOffice:2', 'US:"Credit limit";NO:"Kredittgrense";GE:"Kreditlimit"', 'Decimal'), udef('SuperOffice:3', 'US:"Customer since";NO:"Kunde siden";GE:"Kunde seit"', 'Date'), udef('SuperOffice:4', 'US:"Electronic invoice";NO:"E-faktura";GE:"E-Rechnung"', 'Checkbox'), udef('SuperOffice:5', 'US:"Delivery terms";NO:"Leveringsbetingelser";GE:"Lieferbedingungen"', 'List', 110), udef('SuperOffice:6', 'US:"Payment days";NO:"Betalingsdager";GE:"Zahlungsziel (Tage)"', 'Number'), udef('SuperOffice:7', 'US:"Delivery note";NO:"Leveringsmerknad";GE:"Lieferhinweis"', 'LongText')],
  person: [udef('SuperOffice:1', 'US:"ERP contact no.";NO:"ERP kontaktnr.";GE:"ERP-Kontaktnr."', 'ShortText'), udef('SuperOffice:2', 'US:"Receives invoices";NO:"Mottar faktura";GE:"Erhält Rechnungen"', 'Checkbox')],
  project: [udef('SuperOffice:1', 'US:"ERP project no.";NO:"ERP prosjektnr.";GE:"ERP-Projektnr."', 'ShortText'), udef('SuperOffice:2', 'US:"Budget";NO:"Budsjett";GE:"Budget"', 'Decimal')],
};

export const extraFields: Readonly<Record<'contact' | 'person' | 'project', readonly SeedExtraField[]>> = {
  contact: [
    { progId: 'x_route', label: 'US:"Delivery route";NO:"Leveringsrute"', type: 'ShortText' },
    { progId: 'x_last_visit', label: 'Last visit', type: 'DateTime' },
    { progId: 'x_rating', label: 'Rating', type: 'Decimal' },
    { progId: 'x_visits', label: 'Visits', type: 'Integer' },
    { progId: 'x_vip', label: 'VIP', type: 'Checkbox' },
    { progId: 'x_contract_end', label: 'End of contract', type: 'Date' },
    { progId: 'x_region', label: 'Region', type: 'MdoList' },
  ],
  person: [],
  project: [],
};

/** Where a consent may have come from. */
export const consentSources: readonly (SeedListItem & { readonly key: string })[] = [
  { ...item(1, 'User'), key: 'USER' },
  { ...item(2, 'Web form'), key: 'WEBFORM' },
  { ...item(3, 'Other integration'), key: 'API' },
  { ...item(4, 'Import'), key: 'IMPORT' },
];

export function seedTenant(context: string): TenantSeed {
  return context === 'Cust20002' ? second : first;
}

interface Locale {
  readonly country: string;
  readonly places: readonly (readonly [zip: string, city: string])[];
  readonly streets: readonly string[];
  readonly first: readonly string[];
  readonly trades: readonly (readonly [word: string, businessId: number])[];
  readonly forms: readonly string[];
  readonly firstnames: readonly string[];
  readonly lastnames: readonly string[];
  readonly titles: readonly string[];
  readonly postbox: string;
  readonly street: (name: string, n: number) => string;
  readonly phone: (r: Random) => string;
  readonly mobile: (r: Random) => string;
  readonly orgNr: (r: Random) => string;
}

const numberLast = (name: string, n: number): string => `${name} ${n}`;

// prettier-ignore
const locales: readonly Locale[] = [
  {
    country: 'NO',
    places: [['0054', 'Oslo'], ['0167', 'Oslo'], ['0575', 'Oslo'], ['5003', 'Bergen'], ['5147', 'Fyllingsdalen'], ['7010', 'Trondheim'], ['4006', 'Stavanger'], ['6002', 'Ålesund'], ['9008', 'Tromsø'], ['3044', 'Drammen'], ['8006', 'Bodø'], ['4610', 'Kristiansand']],
    streets: ['Storgata', 'Kirkegata', 'Havnegata', 'Industriveien', 'Skippergata', 'Verftsgata', 'Bjørnsons gate', 'Sjøgata', 'Fjordveien', 'Østre Strandvei'],
    first: ['Nordfjord', 'Sunnmøre', 'Hardanger', 'Lofoten', 'Bryggen', 'Solberg', 'Tindfjell', 'Østlandske', 'Rørvik', 'Åsgard', 'Vestfold', 'Haugen', 'Fjordland', 'Bjørgvin'],
    trades: [['Rør', 1], ['Maskin', 2], ['Engros', 3], ['Sport', 4], ['Transport', 5], ['Data', 6], ['Sjømat', 7], ['Kraft', 8], ['Regnskap', 9], ['Bygg', 1]],
    forms: ['AS', 'AS', 'AS', 'ASA'],
    firstnames: ['Ingrid', 'Ole', 'Kari', 'Magnus', 'Sigrid', 'Øyvind', 'Anne', 'Håkon', 'Silje', 'Bjørn', 'Marte', 'Eirik', 'Solveig', 'Jon'],
    lastnames: ['Hansen', 'Johansen', 'Ødegård', 'Bakke', 'Lie', 'Nygård', 'Haugland', 'Moen', 'Sæther', 'Berge', 'Aas', 'Strand', 'Hagen', 'Dahl'],
    titles: ['Daglig leder', 'Innkjøper', 'Økonomiansvarlig', 'Prosjektleder', 'Avdelingsleder'],
    postbox: 'Postboks',
    street: numberLast,
    phone: (r) => `+47 ${r.pick(['22', '55', '73', '51', '70', '77'])} ${r.digits(2)} ${r.digits(2)} ${r.digits(2)}`,
    mobile: (r) => `+47 9${r.digits(2)} ${r.digits(2)} ${r.digits(3)}`,
    orgNr: (r) => mod11(r, '9', 8, [3, 2, 7, 6, 5, 4, 3, 2]),
  },
  {
    country: 'SE',
    places: [['111 22', 'Stockholm'], ['118 25', 'Stockholm'], ['411 05', 'Göteborg'], ['211 19', 'Malmö'], ['753 20', 'Uppsala'], ['582 22', 'Linköping'], ['903 25', 'Umeå'], ['702 10', 'Örebro'], ['351 05', 'Växjö'], ['252 20', 'Helsingborg']],
    streets: ['Storgatan', 'Kungsgatan', 'Drottninggatan', 'Hamngatan', 'Industrigatan', 'Järnvägsgatan', 'Skolgatan', 'Verkstadsvägen', 'Ängsvägen'],
    first: ['Mälardalens', 'Götaland', 'Norrlands', 'Skånska', 'Bohus', 'Värmlands', 'Ekström', 'Lindqvist', 'Åkerblom', 'Kronans', 'Östgöta', 'Fjällräven Norra'],
    trades: [['Bygg', 1], ['Verkstad', 2], ['Grossist', 3], ['Möbler', 4], ['Åkeri', 5], ['Systemutveckling', 6], ['Livsmedel', 7], ['Energi', 8], ['Konsult', 9]],
    forms: ['AB', 'AB', 'AB', 'HB'],
    firstnames: ['Anna', 'Erik', 'Elin', 'Johan', 'Karin', 'Anders', 'Åsa', 'Mikael', 'Sofia', 'Björn', 'Emma', 'Göran', 'Linnéa'],
    lastnames: ['Andersson', 'Karlsson', 'Öberg', 'Lindström', 'Bergström', 'Sjögren', 'Nyström', 'Åberg', 'Holmgren', 'Wikström', 'Sandberg', 'Ek'],
    titles: ['VD', 'Inköpare', 'Ekonomichef', 'Projektledare', 'Platschef'],
    postbox: 'Box',
    street: numberLast,
    phone: (r) => `+46 ${r.pick(['8', '31', '40', '18'])} ${r.digits(3)} ${r.digits(2)} ${r.digits(2)}`,
    mobile: (r) => `+46 70 ${r.digits(3)} ${r.digits(2)} ${r.digits(2)}`,
    orgNr: (r) => {
      const body = `556${r.digits(6)}`;
      return `${body.slice(0, 6)}-${body.slice(6)}${luhn(body)}`;
    },
  },
  {
    country: 'DK',
    places: [['1050', 'København K'], ['2100', 'København Ø'], ['8000', 'Aarhus C'], ['5000', 'Odense C'], ['9000', 'Aalborg'], ['6700', 'Esbjerg'], ['4000', 'Roskilde'], ['7100', 'Vejle'], ['3700', 'Rønne']],
    streets: ['Vestergade', 'Nørregade', 'Strandvejen', 'Havnegade', 'Algade', 'Industrivej', 'Søndergade', 'Østerbrogade', 'Åboulevarden'],
    first: ['Limfjordens', 'Sjællandske', 'Fyns', 'Jyske', 'Øresunds', 'Vesterhav', 'Kjærgaard', 'Bornholms', 'Møllers', 'Lykkegaard'],
    trades: [['Entreprise', 1], ['Maskinfabrik', 2], ['Engros', 3], ['Cykler', 4], ['Fragt', 5], ['Software', 6], ['Mejeri', 7], ['Vind', 8], ['Revision', 9]],
    forms: ['A/S', 'ApS', 'ApS'],
    firstnames: ['Mette', 'Lars', 'Kirsten', 'Søren', 'Hanne', 'Peter', 'Pernille', 'Jørgen', 'Camilla', 'Anders', 'Birgitte', 'Niels'],
    lastnames: ['Nielsen', 'Jensen', 'Sørensen', 'Rasmussen', 'Kjær', 'Østergaard', 'Møller', 'Lund', 'Bæk', 'Thomsen', 'Friis', 'Holst'],
    titles: ['Direktør', 'Indkøber', 'Økonomichef', 'Projektleder', 'Kontorchef'],
    postbox: 'Postboks',
    street: numberLast,
    phone: (r) => `+45 ${r.digits(2)} ${r.digits(2)} ${r.digits(2)} ${r.digits(2)}`.replace(/\+45 0/, '+45 3'),
    mobile: (r) => `+45 2${r.digits(1)} ${r.digits(2)} ${r.digits(2)} ${r.digits(2)}`,
    orgNr: (r) => mod11(r, r.pick(['1', '2', '3']), 7, [2, 7, 6, 5, 4, 3, 2]),
  },
  {
    country: 'FI',
    places: [['00100', 'Helsinki'], ['00530', 'Helsinki'], ['02100', 'Espoo'], ['20100', 'Turku'], ['33100', 'Tampere'], ['90100', 'Oulu'], ['65100', 'Vaasa']],
    streets: ['Mannerheimintie', 'Kauppakatu', 'Satamakatu', 'Hämeenkatu', 'Tehtaankatu', 'Asemakatu', 'Yliopistonkatu'],
    first: ['Saimaan', 'Pohjolan', 'Järvi', 'Karhu', 'Lakeuden', 'Merenkurkun', 'Hämeen', 'Tunturi'],
    trades: [['Rakennus', 1], ['Konepaja', 2], ['Tukku', 3], ['Kauppa', 4], ['Kuljetus', 5], ['Tietotekniikka', 6], ['Sähkö', 8]],
    forms: ['Oy', 'Oy', 'Oyj'],
    firstnames: ['Aino', 'Juhani', 'Helmi', 'Mikko', 'Sanna', 'Timo', 'Päivi', 'Antti', 'Tuuli', 'Väinö'],
    lastnames: ['Korhonen', 'Virtanen', 'Mäkinen', 'Nieminen', 'Hämäläinen', 'Laine', 'Järvinen', 'Lehtonen'],
    titles: ['Toimitusjohtaja', 'Ostopäällikkö', 'Talousjohtaja', 'Projektipäällikkö'],
    postbox: 'PL',
    street: numberLast,
    phone: (r) => `+358 9 ${r.digits(3)} ${r.digits(4)}`,
    mobile: (r) => `+358 40 ${r.digits(3)} ${r.digits(4)}`,
    orgNr: (r) => {
      const text = mod11(r, r.pick(['0', '1', '2']), 6, [7, 9, 10, 5, 8, 4, 2]);
      return `${text.slice(0, 7)}-${text.slice(7)}`;
    },
  },
  {
    country: 'NL',
    places: [['1012 JS', 'Amsterdam'], ['3011 AA', 'Rotterdam'], ['2511 CV', "'s-Gravenhage"], ['3511 EP', 'Utrecht'], ['5611 EM', 'Eindhoven'], ['9711 LM', 'Groningen'], ['6811 KS', 'Arnhem'], ['4811 CB', 'Breda'], ['8911 BL', 'Leeuwarden']],
    streets: ['Dorpsstraat', 'Kerkstraat', 'Herengracht', 'Havenkade', 'Industrieweg', 'Stationsplein', 'Molenweg', 'Prinsenlaan'],
    first: ['Van den Berg', 'De Vries', 'Zuiderzee', 'Brabantse', 'Hollandsche', 'Van Dijk', 'Maasland', 'Friese', "'t Hoen", 'Noordzee', 'Jansen'],
    trades: [['Bouw', 1], ['Techniek', 2], ['Groothandel', 3], ['Wonen', 4], ['Logistiek', 5], ['Automatisering', 6], ['Vis', 7], ['Energie', 8], ['Advies', 9], ['Bloemen', 3]],
    forms: ['B.V.', 'B.V.', 'N.V.'],
    firstnames: ['Sanne', 'Daan', 'Femke', 'Bram', 'Anouk', 'Jeroen', 'Lotte', 'Willem', 'Marieke', 'Sjoerd', 'Maud', 'Ruben'],
    lastnames: ['de Jong', 'van den Berg', 'Bakker', 'Visser', 'Smit', 'van der Meer', 'Mulder', 'Bos', 'Peters', 'de Graaf', 'Hoekstra', 'van Leeuwen'],
    titles: ['Directeur', 'Inkoper', 'Controller', 'Projectleider', 'Bedrijfsleider'],
    postbox: 'Postbus',
    street: numberLast,
    phone: (r) => `+31 ${r.pick(['20', '10', '30', '40'])} ${r.digits(3)} ${r.digits(4)}`,
    mobile: (r) => `+31 6 ${r.digits(4)} ${r.digits(4)}`,
    orgNr: (r) => `NL${r.digits(9)}B01`,
  },
  {
    country: 'DE',
    places: [['10115', 'Berlin'], ['20095', 'Hamburg'], ['80331', 'München'], ['50667', 'Köln'], ['60311', 'Frankfurt am Main'], ['70173', 'Stuttgart'], ['28195', 'Bremen'], ['01067', 'Dresden'], ['90402', 'Nürnberg'], ['24103', 'Kiel'], ['97070', 'Würzburg']],
    streets: ['Hauptstraße', 'Bahnhofstraße', 'Gartenstraße', 'Hafenstraße', 'Industriestraße', 'Schillerstraße', 'Am Markt', 'Lindenallee', 'Königsweg'],
    first: ['Schröder', 'Müller & Söhne', 'Hanseatische', 'Rheinische', 'Bayerwald', 'Krüger', 'Nordsee', 'Weiß', 'Schwarzwälder', 'Elbtal', 'Gebr. Lütjens', 'Franken'],
    trades: [['Bau', 1], ['Maschinenbau', 2], ['Großhandel', 3], ['Möbelhaus', 4], ['Spedition', 5], ['Informatik', 6], ['Feinkost', 7], ['Solar', 8], ['Beratung', 9], ['Werkzeuge', 2]],
    forms: ['GmbH', 'GmbH', 'GmbH & Co. KG', 'AG'],
    firstnames: ['Sabine', 'Thomas', 'Jürgen', 'Katrin', 'Stefan', 'Heike', 'Jörg', 'Anja', 'Wolfgang', 'Ute', 'Günther', 'Lena', 'Felix'],
    lastnames: ['Schmidt', 'Müller', 'Schneider', 'Weiß', 'Krüger', 'Köhler', 'Böhm', 'Hofmann', 'Vogel', 'Groß', 'Schäfer', 'Brandt'],
    titles: ['Geschäftsführer', 'Einkauf', 'Leitung Finanzen', 'Projektleitung', 'Prokurist'],
    postbox: 'Postfach',
    street: numberLast,
    phone: (r) => `+49 ${r.pick(['30', '40', '89', '221'])} ${r.digits(4)} ${r.digits(3)}`,
    mobile: (r) => `+49 171 ${r.digits(3)} ${r.digits(4)}`,
    orgNr: (r) => `DE${r.pick(['1', '2', '3'])}${r.digits(8)}`,
  },
  {
    country: 'GB',
    places: [['EC2A 4NE', 'London'], ['SW1A 1AA', 'London'], ['M1 1AE', 'Manchester'], ['B3 2DX', 'Birmingham'], ['LS1 4AP', 'Leeds'], ['BS1 5TR', 'Bristol'], ['EH1 1YZ', 'Edinburgh'], ['CF10 1EP', 'Cardiff'], ['YO1 7HH', 'York']],
    streets: ['High Street', 'Station Road', 'Church Lane', 'Victoria Road', 'Mill Lane', 'Queensway', 'Kings Parade', 'Park Avenue'],
    first: ['Harrington', 'Thames', 'Pennine', 'Ashworth & Sons', 'Northumbria', 'Caledonian', 'Whitmore', "O'Connell", 'Severn', 'Blackwood'],
    trades: [['Construction', 1], ['Engineering', 2], ['Wholesale', 3], ['Outfitters', 4], ['Haulage', 5], ['Software', 6], ['Foods', 7], ['Power', 8], ['Consulting', 9]],
    forms: ['Ltd', 'Ltd', 'plc', 'LLP'],
    firstnames: ['Emily', 'James', 'Charlotte', 'Oliver', 'Sarah', 'William', 'Fiona', 'Rhys', 'Harriet', 'Callum', 'Zoë'],
    lastnames: ['Smith', 'Taylor', "O'Brien", 'Hughes', 'MacDonald', 'Walker', 'Evans', 'Bennett', 'Fraser', 'Whitaker'],
    titles: ['Managing Director', 'Buyer', 'Finance Director', 'Project Manager', 'Office Manager'],
    postbox: 'PO Box',
    street: (name, n) => `${n} ${name}`,
    phone: (r) => `+44 20 7946 0${r.digits(3)}`,
    mobile: (r) => `+44 7700 900${r.digits(3)}`,
    orgNr: (r) => `GB${r.digits(9)}`,
  },
];

const departments = ['Head office', 'North', 'South', 'Service', 'Export'];
const projectWords = [
  'Warehouse extension',
  'New web shop',
  'Harbour terminal',
  'Service agreement',
  'Heat pump roll-out',
  'Fleet renewal',
  'ERP upgrade',
  'Cold storage',
  'Solar roof',
  'Spare parts portal',
  'Trade fair',
  'Quality audit',
  'Office move',
  'Production line 2',
  'Summer campaign',
  'Cabling',
];

const users: readonly SeedUser[] = [
  user(
    5,
    'Astrid',
    'Berg',
    'AB',
    1,
    true,
    ['admin-all', 'admin-users', 'admin-lists', 'admin-webhooks', 'admin-quote'],
    'Administrator',
  ),
  user(11, 'Lars', 'Holm', 'LH', 2, true),
  user(12, 'Maria', 'Keller', 'MK', 3, true),
  user(13, 'Pieter', 'de Vries', 'PDV', 2, false),
];
const secondUsers: readonly SeedUser[] = [
  user(5, 'Sofia', 'Lind', 'SL', 1, true, ['admin-all', 'admin-users'], 'Administrator', 'fjellvann.example'),
  user(11, 'Jonas', 'Frei', 'JF', 2, true, [], 'User', 'fjellvann.example'),
];

const groups: readonly SeedListItem[] = [item(1, 'Administration'), item(2, 'Sales Nordic'), item(3, 'Sales DACH')];

interface TenantPlan {
  readonly context: string;
  readonly companyName: string;
  readonly serial: string;
  readonly seed: number;
  readonly companies: number;
  readonly projects: number;
  readonly users: readonly SeedUser[];
}

function buildTenant(plan: TenantPlan): TenantSeed {
  const random = randomFrom(plan.seed);
  const sellers = plan.users.filter((u) => u.functionRights.length === 0).map((u) => u.associateId);
  const owner = ownerCompany(plan.companyName);
  const companies: SeedCompany[] = [owner];
  const persons: SeedPerson[] = plan.users.map((u) => userPerson(u, owner.id));
  const taken = new Set([owner.name]);
  let personId = 50;

  for (let id = 2; id <= plan.companies; id++) {
    const locale = locales[weighted(random)]!;
    const company = makeCompany(id, locale, random, sellers, taken);
    companies.push(company);
    for (let n = random.below(3) + 1; n > 0; n--) persons.push(makePerson(personId++, company, locale, random));
  }
  const outsiders = persons.filter((p) => p.companyId !== owner.id);
  const projects = Array.from({ length: plan.projects }, (_, i) =>
    makeProject(i + 1, outsiders, companies, random, sellers),
  );
  return { ...plan, ownerCompanyId: owner.id, groups, companies, persons, projects };
}

function ownerCompany(name: string): SeedCompany {
  const street = { ...blankAddress, address1: 'Wergelandsveien 27', zipcode: '0167', city: 'Oslo' };
  return {
    id: 1,
    name,
    department: '',
    orgNr: '923609016',
    code: 'OWN',
    number: '10000',
    phone: '+47 22 51 75 00',
    email: `post@${domainOf(name)}`,
    website: `https://www.${domainOf(name)}`,
    street,
    postal: { ...blankAddress, address1: 'Postboks 1884 Vika', zipcode: '0124', city: 'Oslo' },
    country: 'NO',
    categoryId: 6,
    businessId: 3,
    associateId: 5,
    userDefined: {},
    onlyGroupId: null,
  };
}

function makeCompany(
  id: number,
  locale: Locale,
  random: Random,
  sellers: readonly number[],
  taken: Set<string>,
): SeedCompany {
  const [zipcode, city] = random.pick(locale.places);
  let name: string;
  let trade: readonly [string, number];
  do {
    trade = random.pick(locale.trades);
    name = `${random.pick(locale.first)} ${trade[0]} ${random.pick(locale.forms)}`;
  } while (taken.has(name));
  taken.add(name);

  const domain = domainOf(name);
  const street = {
    ...blankAddress,
    address1: locale.street(random.pick(locale.streets), random.below(140) + 1),
    zipcode,
    city,
  };
  const usesPostbox = random.below(3) === 0;
  const number = `${10_000 + id}`;
  const customer = random.below(10) < 6;
  return {
    id,
    name,
    department: random.below(8) === 0 ? random.pick(departments) : '',
    orgNr: locale.orgNr(random),
    code: `${locale.country}${String(id).padStart(4, '0')}`,
    number,
    phone: locale.phone(random),
    email: `${random.pick(['post', 'info', 'office', 'mail'])}@${domain}`,
    website: `https://www.${domain}`,
    street,
    postal: usesPostbox ? { ...street, address1: `${locale.postbox} ${random.below(2900) + 100}` } : street,
    country: locale.country,
    categoryId: customer ? 1 : random.below(5) + 2,
    businessId: trade[1],
    associateId: random.pick(sellers),
    userDefined: customer
      ? {
          'SuperOffice:2': `[F:${(random.below(40) + 1) * 2500}]`,
          'SuperOffice:3': `[D:${pad(random.below(12) + 1)}/${pad(random.below(28) + 1)}/${2010 + random.below(15)}]`,
          'SuperOffice:4': `[I:${random.below(2)}]`,
          'SuperOffice:5': `[I:${random.below(3) + 1}]`,
          'SuperOffice:6': `[I:${random.pick([10, 14, 30, 45])}]`,
        }
      : {},
    // Some German companies are the business of a single team, so that sentry has something to hide.
    onlyGroupId: locale.country === 'DE' && id % 4 === 0 ? 3 : null,
  };
}

function makePerson(id: number, company: SeedCompany, locale: Locale, random: Random): SeedPerson {
  const firstname = random.pick(locale.firstnames);
  const lastname = random.pick(locale.lastnames);
  return {
    id,
    companyId: company.id,
    firstname,
    middleName: random.below(9) === 0 ? random.pick(locale.firstnames) : '',
    lastname,
    mrmrs: '',
    title: random.pick(locale.titles),
    directPhone: random.below(4) === 0 ? '' : locale.phone(random),
    mobilePhone: locale.mobile(random),
    email: `${asciiOf(firstname)}.${asciiOf(lastname)}@${company.email.split('@')[1]!}`,
    positionId: random.below(7) + 1,
    country: company.country,
    birthDate:
      random.below(3) === 0
        ? `${1958 + random.below(45)}-${pad(random.below(12) + 1)}-${pad(random.below(28) + 1)}`
        : null,
    retired: random.below(40) === 0,
    userDefined: random.below(4) === 0 ? { 'SuperOffice:2': '[I:1]' } : {},
  };
}

function userPerson(u: SeedUser, companyId: number): SeedPerson {
  return {
    id: u.personId,
    companyId,
    firstname: u.firstname,
    middleName: '',
    lastname: u.lastname,
    mrmrs: '',
    title: u.role,
    directPhone: `+47 22 51 75 ${pad(u.associateId)}`,
    mobilePhone: '',
    email: u.email,
    positionId: 6,
    country: 'NO',
    birthDate: null,
    retired: false,
    userDefined: {},
  };
}

function makeProject(
  id: number,
  persons: readonly SeedPerson[],
  companies: readonly SeedCompany[],
  random: Random,
  sellers: readonly number[],
): SeedProject {
  const members = Array.from({ length: random.below(3) + 1 }, () => random.pick(persons));
  const company = companies.find((c) => c.id === members[0]!.companyId)!;
  const word = projectWords[id % projectWords.length]!;
  const statusId = random.below(4) + 1;
  return {
    id,
    name: `${word}, ${company.name}`,
    number: `P${2600 + id}`,
    description: `${word} for ${company.name} in ${company.street.city}.`,
    typeId: random.below(4) + 1,
    statusId,
    associateId: random.pick(sellers),
    website: random.below(3) === 0 ? `https://projects.${company.email.split('@')[1]!}/${id}` : '',
    endDate: `${2026 + random.below(2)}-${pad(random.below(12) + 1)}-${pad(random.below(28) + 1)}`,
    completed: statusId === 4,
    memberIds: [...new Set(members.map((m) => m.id))],
    userDefined: { 'SuperOffice:2': `[F:${(random.below(90) + 10) * 1000}]` },
  };
}

const blankAddress: SeedAddress = {
  address1: '',
  address2: '',
  address3: '',
  zipcode: '',
  city: '',
  county: '',
  state: '',
};

interface Random {
  below(limit: number): number;
  pick<T>(items: readonly T[]): T;
  digits(count: number): string;
}

/** mulberry32: small, and the same numbers on every machine. */
function randomFrom(seed: number): Random {
  let state = seed;
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
  const below = (limit: number): number => Math.floor(next() * limit);
  return {
    below,
    pick: (items) => items[below(items.length)]!,
    digits: (count) => Array.from({ length: count }, () => below(10)).join(''),
  };
}

/** Half of the companies are Norwegian or German, where the two sales groups live. */
function weighted(random: Random): number {
  return random.pick([0, 0, 0, 1, 1, 2, 2, 3, 4, 4, 5, 5, 5, 6, 6]);
}

function mod11(random: Random, lead: string, digits: number, weights: readonly number[]): string {
  for (;;) {
    const body = lead + random.digits(digits - 1 + (weights.length - digits));
    const sum = weights.reduce((total, weight, i) => total + weight * Number(body[i]), 0);
    const check = (11 - (sum % 11)) % 11;
    if (check < 10) return `${body}${check}`;
  }
}

function luhn(body: string): number {
  const sum = Array.from(body).reduce((total, digit, i) => {
    const doubled = Number(digit) * (i % 2 === 0 ? 2 : 1);
    return total + (doubled > 9 ? doubled - 9 : doubled);
  }, 0);
  return (10 - (sum % 10)) % 10;
}

function domainOf(name: string): string {
  const words = asciiOf(name).replace(/-(as|asa|ab|hb|a-s|aps|oy|oyj|b-v|n-v|gmbh|gmbh-co-kg|ag|ltd|plc|llp)$/, '');
  return `${words}.example`;
}

function asciiOf(text: string): string {
  const plain = text
    .toLowerCase()
    .replace(/[æä]/g, 'ae')
    .replace(/[øö]/g, 'oe')
    .replace(/å/g, 'aa')
    .replace(/ü/g, 'ue')
    .replace(/ß/g, 'ss')
    .normalize('NFD')
    .replace(/\p{M}/gu, '');
  return plain.replace(/[^a-z0-9]+/g, '-').replace(/^-|-$/g, '');
}

function pad(n: number): string {
  return String(n).padStart(2, '0');
}

interface OtherLanguages {
  readonly no: string;
  readonly sv: string;
  readonly da: string;
  readonly de: string;
  readonly nl: string;
}

function multi(en: string, other?: OtherLanguages): string {
  if (!other) return en;
  return `US:"${en}";NO:"${other.no}";SW:"${other.sv}";DA:"${other.da}";GE:"${other.de}";NL:"${other.nl}"`;
}

function item(id: number, en: string, other?: OtherLanguages): SeedListItem {
  return { id, name: multi(en, other) };
}

function country(
  id: number,
  en: string,
  iso2: string,
  iso3: string,
  dialInPrefix: string,
  other: OtherLanguages,
): SeedCountry {
  return { id, name: multi(en, other), englishName: en, iso2, iso3, dialInPrefix };
}

function udef(
  progId: string,
  label: string,
  type: SeedUserDefinedField['type'],
  udListId: number | null = null,
): SeedUserDefinedField {
  return { progId, label, type, udListId, mandatory: false };
}

function user(
  associateId: number,
  firstname: string,
  lastname: string,
  name: string,
  groupId: number,
  licensed: boolean,
  functionRights: readonly string[] = [],
  role = 'User',
  domain = 'nordlys-handel.example',
): SeedUser {
  const email = `${asciiOf(firstname)}.${asciiOf(lastname)}@${domain}`;
  return {
    associateId,
    name,
    firstname,
    lastname,
    email,
    personId: associateId,
    groupId,
    role,
    functionRights,
    licensed,
  };
}

const first = buildTenant({
  context: 'Cust10001',
  companyName: 'Nordlys Handel AS',
  serial: '1234567890',
  seed: 20261122,
  companies: 219,
  projects: 32,
  users,
});
const second = buildTenant({
  context: 'Cust20002',
  companyName: 'Fjellvann Drift AS',
  serial: '2345678901',
  seed: 7,
  companies: 40,
  projects: 8,
  users: secondUsers,
});
