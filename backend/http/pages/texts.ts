import type { ErrorCode } from '../../../shared/errors.ts';
import { languages, type Language } from '../../../shared/vocabulary.ts';
import type { StepName } from '../../application/tenant/provisioning.ts';

/** The failures that a page explains. All others are told as a number for the log. */
export const pageFailures = [
  'access.denied',
  'approval.missing',
  'tenant.revoked',
  'store.away',
  'tenant.unavailable',
  'crm.unreachable',
  'install.running',
  'install.name_taken',
  'install.left_behind',
  'crm.denied',
  'sign_in.failed',
  'sign_in.expired',
  'sign_in.wrong_user',
  'route.not_found',
] as const satisfies readonly ErrorCode[];
export type PageFailure = (typeof pageFailures)[number];

/** What our own few pages say: they stand outside SuperOffice, and before anyone has signed in. */
export interface PageTexts {
  readonly signedIn: string;
  readonly closeWindow: string;
  readonly enterCode: string;
  readonly signedOut: string;
  readonly install: string;
  readonly installAdds: string;
  readonly webhook: string;
  readonly systemUser: string;
  readonly installed: string;
  readonly installedNext: string;
  readonly uninstall: string;
  readonly uninstallRemoves: string;
  readonly uninstalled: string;
  readonly uninstalledNext: string;
  readonly notFinished: string;
  readonly done: string;
  readonly tryAgain: string;
  readonly step: Readonly<Record<StepName, string>>;
  readonly failed: string;
  readonly failures: Readonly<Record<PageFailure, string>>;
  readonly somethingWrong: string;
}

const en: PageTexts = {
  signedIn: 'You are signed in',
  closeWindow: 'You can close this window and go on in SuperOffice.',
  enterCode: 'To go on, enter this code in SuperOffice, where you started. It works for two minutes.',
  signedOut: 'You are signed out of ERP Sync.',
  install: 'Install ERP Sync',
  installAdds: 'This is added to SuperOffice for',
  webhook: 'A webhook that tells ERP Sync when companies, contacts and projects change',
  systemUser: 'A system user, with which ERP Sync reads and writes when nobody is signed in',
  installed: 'ERP Sync is installed',
  installedNext:
    'Open Sync in SuperOffice to connect an ERP system. Users may have to sign in to SuperOffice again first.',
  uninstall: 'Remove ERP Sync',
  uninstallRemoves:
    'The panels and the webhook are removed from SuperOffice, everybody is signed out, and everything that ERP Sync knows about your company is erased for good: connections, mappings, passwords, the log. What has been synchronized stays, in both systems. Company:',
  uninstalled: 'ERP Sync has been removed',
  uninstalledNext: 'Now withdraw its approval in SuperOffice, under installed apps.',
  notFinished: 'Not everything could be done',
  done: 'Done',
  tryAgain: 'Try again',
  step: {
    rights: 'Your rights as an administrator',
    approval: 'Approval of the app',
    systemUser: 'System user',
    panels: 'Panels',
    webhook: 'Webhook',
    nothingLeft: 'Proof that nothing of ours is left in SuperOffice',
    data: 'Data of your company in ERP Sync',
  },
  failed: 'Failed',
  failures: {
    'access.denied': 'You need the right of an administrator in SuperOffice for this.',
    'approval.missing':
      'ERP Sync has not been approved for your company. An administrator has to sign in here and approve it.',
    'tenant.revoked': 'The approval of ERP Sync has been withdrawn. An administrator has to approve it again.',
    'store.away': 'ERP Sync is not available just now. Try again in a moment.',
    'tenant.unavailable': 'SuperOffice is not available just now. Try again in a few minutes.',
    'crm.unreachable': 'SuperOffice does not answer. Try again in a few minutes.',
    'install.running': 'Somebody else is installing or removing ERP Sync right now. Try again in a few minutes.',
    'install.name_taken':
      'A name of our panels is taken by another web panel in SuperOffice, also if that one lies in the recycle bin. Rename or delete it there, then try again.',
    'install.left_behind': 'Something of ERP Sync is still in SuperOffice. Nothing was erased here. Try again.',
    'crm.denied':
      'SuperOffice does not let ERP Sync do this. Ask your SuperOffice administrator to approve the app again.',
    'sign_in.failed': 'The sign-in did not succeed.',
    'sign_in.expired': 'This sign-in is over, or was begun in another browser.',
    'sign_in.wrong_user': 'You signed in to another company than the one you came from.',
    'route.not_found': 'There is no such page.',
  },
  somethingWrong: 'Something went wrong. Try again, or tell the provider of ERP Sync this number:',
};

const nb: PageTexts = {
  signedIn: 'Du er logget inn',
  closeWindow: 'Du kan lukke dette vinduet og fortsette i SuperOffice.',
  enterCode: 'For å fortsette skriver du inn denne koden i SuperOffice, der du begynte. Den virker i to minutter.',
  signedOut: 'Du er logget ut av ERP Sync.',
  install: 'Installer ERP Sync',
  installAdds: 'Dette legges til i SuperOffice for',
  webhook: 'En webhook som sier fra til ERP Sync når firmaer, kontakter og prosjekter endres',
  systemUser: 'En systembruker som ERP Sync leser og skriver med når ingen er logget inn',
  installed: 'ERP Sync er installert',
  installedNext:
    'Åpne Sync i SuperOffice for å koble til et ERP-system. Brukere må kanskje logge inn i SuperOffice på nytt først.',
  uninstall: 'Fjern ERP Sync',
  uninstallRemoves:
    'Panelene og webhooken fjernes fra SuperOffice, alle logges ut, og alt ERP Sync vet om firmaet ditt, slettes for godt: koblinger, tilordninger, passord, loggen. Det som er synkronisert, blir stående i begge systemer. Firma:',
  uninstalled: 'ERP Sync er fjernet',
  uninstalledNext: 'Trekk nå tilbake godkjenningen i SuperOffice, under installerte apper.',
  notFinished: 'Ikke alt kunne gjøres',
  done: 'Ferdig',
  tryAgain: 'Prøv igjen',
  step: {
    rights: 'Dine rettigheter som administrator',
    approval: 'Godkjenning av appen',
    systemUser: 'Systembruker',
    panels: 'Paneler',
    webhook: 'Webhook',
    nothingLeft: 'Bevis for at ingenting av vårt er igjen i SuperOffice',
    data: 'Firmaets data i ERP Sync',
  },
  failed: 'Mislyktes',
  failures: {
    'access.denied': 'Du må ha administratorrettighet i SuperOffice for dette.',
    'approval.missing':
      'ERP Sync er ikke godkjent for firmaet ditt. En administrator må logge inn her og godkjenne appen.',
    'tenant.revoked': 'Godkjenningen av ERP Sync er trukket tilbake. En administrator må godkjenne appen på nytt.',
    'store.away': 'ERP Sync er ikke tilgjengelig akkurat nå. Prøv igjen om et øyeblikk.',
    'tenant.unavailable': 'SuperOffice er ikke tilgjengelig akkurat nå. Prøv igjen om noen minutter.',
    'crm.unreachable': 'SuperOffice svarer ikke. Prøv igjen om noen minutter.',
    'install.running': 'Noen andre installerer eller fjerner ERP Sync akkurat nå. Prøv igjen om noen minutter.',
    'install.name_taken':
      'Et navn på panelene våre er opptatt av et annet webpanel i SuperOffice, også om det ligger i papirkurven. Gi det et nytt navn eller slett det der, og prøv igjen.',
    'install.left_behind': 'Noe av ERP Sync er fortsatt i SuperOffice. Ingenting er slettet her. Prøv igjen.',
    'crm.denied': 'SuperOffice lar ikke ERP Sync gjøre dette. Be SuperOffice-administratoren godkjenne appen på nytt.',
    'sign_in.failed': 'Innloggingen mislyktes.',
    'sign_in.expired': 'Denne innloggingen er over, eller den ble begynt i en annen nettleser.',
    'sign_in.wrong_user': 'Du logget inn i et annet firma enn det du kom fra.',
    'route.not_found': 'Denne siden finnes ikke.',
  },
  somethingWrong: 'Noe gikk galt. Prøv igjen, eller oppgi dette nummeret til leverandøren av ERP Sync:',
};

const sv: PageTexts = {
  signedIn: 'Du är inloggad',
  closeWindow: 'Du kan stänga det här fönstret och fortsätta i SuperOffice.',
  enterCode: 'Ange den här koden i SuperOffice, där du började, för att fortsätta. Den gäller i två minuter.',
  signedOut: 'Du är utloggad från ERP Sync.',
  install: 'Installera ERP Sync',
  installAdds: 'Det här läggs till i SuperOffice för',
  webhook: 'En webhook som meddelar ERP Sync när företag, kontakter och projekt ändras',
  systemUser: 'En systemanvändare som ERP Sync läser och skriver med när ingen är inloggad',
  installed: 'ERP Sync är installerat',
  installedNext:
    'Öppna Sync i SuperOffice för att ansluta ett ERP-system. Användare kan behöva logga in i SuperOffice igen först.',
  uninstall: 'Ta bort ERP Sync',
  uninstallRemoves:
    'Panelerna och webhooken tas bort från SuperOffice, alla loggas ut och allt som ERP Sync vet om ditt företag raderas för gott: kopplingar, mappningar, lösenord, loggen. Det som har synkroniserats finns kvar i båda systemen. Företag:',
  uninstalled: 'ERP Sync har tagits bort',
  uninstalledNext: 'Återkalla nu godkännandet i SuperOffice, under installerade appar.',
  notFinished: 'Allt kunde inte göras',
  done: 'Klart',
  tryAgain: 'Försök igen',
  step: {
    rights: 'Dina rättigheter som administratör',
    approval: 'Godkännande av appen',
    systemUser: 'Systemanvändare',
    panels: 'Paneler',
    webhook: 'Webhook',
    nothingLeft: 'Bevis för att inget av vårt finns kvar i SuperOffice',
    data: 'Företagets data i ERP Sync',
  },
  failed: 'Misslyckades',
  failures: {
    'access.denied': 'Du behöver administratörsrättighet i SuperOffice för detta.',
    'approval.missing':
      'ERP Sync har inte godkänts för ditt företag. En administratör måste logga in här och godkänna appen.',
    'tenant.revoked': 'Godkännandet av ERP Sync har återkallats. En administratör måste godkänna appen igen.',
    'store.away': 'ERP Sync är inte tillgängligt just nu. Försök igen om en stund.',
    'tenant.unavailable': 'SuperOffice är inte tillgängligt just nu. Försök igen om några minuter.',
    'crm.unreachable': 'SuperOffice svarar inte. Försök igen om några minuter.',
    'install.running': 'Någon annan installerar eller tar bort ERP Sync just nu. Försök igen om några minuter.',
    'install.name_taken':
      'Ett namn på våra paneler är upptaget av en annan webbpanel i SuperOffice, även om den ligger i papperskorgen. Byt namn på den eller ta bort den där och försök igen.',
    'install.left_behind': 'Något av ERP Sync finns kvar i SuperOffice. Inget har raderats här. Försök igen.',
    'crm.denied': 'SuperOffice låter inte ERP Sync göra detta. Be SuperOffice-administratören godkänna appen igen.',
    'sign_in.failed': 'Inloggningen misslyckades.',
    'sign_in.expired': 'Den här inloggningen är över, eller påbörjades i en annan webbläsare.',
    'sign_in.wrong_user': 'Du loggade in på ett annat företag än det du kom från.',
    'route.not_found': 'Sidan finns inte.',
  },
  somethingWrong: 'Något gick fel. Försök igen, eller uppge det här numret för leverantören av ERP Sync:',
};

const da: PageTexts = {
  signedIn: 'Du er logget på',
  closeWindow: 'Du kan lukke dette vindue og fortsætte i SuperOffice.',
  enterCode: 'Indtast denne kode i SuperOffice, hvor du begyndte, for at fortsætte. Den virker i to minutter.',
  signedOut: 'Du er logget af ERP Sync.',
  install: 'Installer ERP Sync',
  installAdds: 'Dette tilføjes i SuperOffice for',
  webhook: 'En webhook, der giver ERP Sync besked, når firmaer, kontakter og projekter ændres',
  systemUser: 'En systembruger, som ERP Sync læser og skriver med, når ingen er logget på',
  installed: 'ERP Sync er installeret',
  installedNext:
    'Åbn Sync i SuperOffice for at tilslutte et ERP-system. Brugere skal måske først logge på SuperOffice igen.',
  uninstall: 'Fjern ERP Sync',
  uninstallRemoves:
    'Panelerne og webhooken fjernes fra SuperOffice, alle logges af, og alt, hvad ERP Sync ved om dit firma, slettes for altid: forbindelser, tilknytninger, adgangskoder, loggen. Det, der er synkroniseret, bliver stående i begge systemer. Firma:',
  uninstalled: 'ERP Sync er fjernet',
  uninstalledNext: 'Træk nu godkendelsen tilbage i SuperOffice under installerede apps.',
  notFinished: 'Ikke alt kunne gøres',
  done: 'Færdig',
  tryAgain: 'Prøv igen',
  step: {
    rights: 'Dine rettigheder som administrator',
    approval: 'Godkendelse af appen',
    systemUser: 'Systembruger',
    panels: 'Paneler',
    webhook: 'Webhook',
    nothingLeft: 'Bevis for at intet af vores er tilbage i SuperOffice',
    data: 'Firmaets data i ERP Sync',
  },
  failed: 'Mislykkedes',
  failures: {
    'access.denied': 'Du skal have administratorrettighed i SuperOffice til dette.',
    'approval.missing':
      'ERP Sync er ikke godkendt for dit firma. En administrator skal logge på her og godkende appen.',
    'tenant.revoked': 'Godkendelsen af ERP Sync er trukket tilbage. En administrator skal godkende appen igen.',
    'store.away': 'ERP Sync er ikke tilgængelig lige nu. Prøv igen om et øjeblik.',
    'tenant.unavailable': 'SuperOffice er ikke tilgængelig lige nu. Prøv igen om et par minutter.',
    'crm.unreachable': 'SuperOffice svarer ikke. Prøv igen om et par minutter.',
    'install.running': 'En anden installerer eller fjerner ERP Sync lige nu. Prøv igen om et par minutter.',
    'install.name_taken':
      'Et navn på vores paneler er optaget af et andet webpanel i SuperOffice, også hvis det ligger i papirkurven. Omdøb eller slet det dér, og prøv igen.',
    'install.left_behind': 'Noget af ERP Sync er stadig i SuperOffice. Intet er slettet her. Prøv igen.',
    'crm.denied':
      'SuperOffice lader ikke ERP Sync gøre dette. Bed SuperOffice-administratoren om at godkende appen igen.',
    'sign_in.failed': 'Pålogningen mislykkedes.',
    'sign_in.expired': 'Denne pålogning er slut eller blev begyndt i en anden browser.',
    'sign_in.wrong_user': 'Du loggede på et andet firma end det, du kom fra.',
    'route.not_found': 'Siden findes ikke.',
  },
  somethingWrong: 'Noget gik galt. Prøv igen, eller oplys dette nummer til leverandøren af ERP Sync:',
};

const de: PageTexts = {
  signedIn: 'Sie sind angemeldet',
  closeWindow: 'Sie können dieses Fenster schließen und in SuperOffice fortfahren.',
  enterCode: 'Geben Sie diesen Code in SuperOffice ein, wo Sie begonnen haben, um fortzufahren. Er gilt zwei Minuten.',
  signedOut: 'Sie sind von ERP Sync abgemeldet.',
  install: 'ERP Sync installieren',
  installAdds: 'Dies wird in SuperOffice hinzugefügt für',
  webhook: 'Ein Webhook, der ERP Sync meldet, wenn sich Firmen, Kontakte und Projekte ändern',
  systemUser: 'Ein Systembenutzer, mit dem ERP Sync liest und schreibt, wenn niemand angemeldet ist',
  installed: 'ERP Sync ist installiert',
  installedNext:
    'Öffnen Sie Sync in SuperOffice, um ein ERP-System zu verbinden. Benutzer müssen sich eventuell zuvor neu in SuperOffice anmelden.',
  uninstall: 'ERP Sync entfernen',
  uninstallRemoves:
    'Die Panels und der Webhook werden aus SuperOffice entfernt, alle werden abgemeldet, und alles, was ERP Sync über Ihre Firma weiß, wird endgültig gelöscht: Verbindungen, Zuordnungen, Kennwörter, das Protokoll. Was synchronisiert wurde, bleibt in beiden Systemen bestehen. Firma:',
  uninstalled: 'ERP Sync wurde entfernt',
  uninstalledNext: 'Widerrufen Sie nun die Genehmigung in SuperOffice unter den installierten Apps.',
  notFinished: 'Nicht alles konnte ausgeführt werden',
  done: 'Fertig',
  tryAgain: 'Erneut versuchen',
  step: {
    rights: 'Ihre Rechte als Administrator',
    approval: 'Genehmigung der App',
    systemUser: 'Systembenutzer',
    panels: 'Panels',
    webhook: 'Webhook',
    nothingLeft: 'Nachweis, dass nichts von uns in SuperOffice übrig ist',
    data: 'Daten Ihrer Firma in ERP Sync',
  },
  failed: 'Fehlgeschlagen',
  failures: {
    'access.denied': 'Dafür benötigen Sie in SuperOffice das Recht eines Administrators.',
    'approval.missing':
      'ERP Sync wurde für Ihre Firma nicht genehmigt. Ein Administrator muss sich hier anmelden und die App genehmigen.',
    'tenant.revoked':
      'Die Genehmigung von ERP Sync wurde widerrufen. Ein Administrator muss die App erneut genehmigen.',
    'store.away': 'ERP Sync ist gerade nicht verfügbar. Versuchen Sie es gleich noch einmal.',
    'tenant.unavailable': 'SuperOffice ist gerade nicht verfügbar. Versuchen Sie es in einigen Minuten erneut.',
    'crm.unreachable': 'SuperOffice antwortet nicht. Versuchen Sie es in einigen Minuten erneut.',
    'install.running':
      'Gerade installiert oder entfernt jemand anderes ERP Sync. Versuchen Sie es in einigen Minuten erneut.',
    'install.name_taken':
      'Ein Name unserer Panels ist durch ein anderes Webpanel in SuperOffice belegt, auch wenn dieses im Papierkorb liegt. Benennen Sie es dort um oder löschen Sie es und versuchen Sie es erneut.',
    'install.left_behind':
      'Etwas von ERP Sync ist noch in SuperOffice. Hier wurde nichts gelöscht. Versuchen Sie es erneut.',
    'crm.denied':
      'SuperOffice erlaubt ERP Sync dies nicht. Bitten Sie Ihren SuperOffice-Administrator, die App erneut zu genehmigen.',
    'sign_in.failed': 'Die Anmeldung ist fehlgeschlagen.',
    'sign_in.expired': 'Diese Anmeldung ist beendet oder wurde in einem anderen Browser begonnen.',
    'sign_in.wrong_user': 'Sie haben sich bei einer anderen Firma angemeldet als der, von der Sie kamen.',
    'route.not_found': 'Diese Seite gibt es nicht.',
  },
  somethingWrong:
    'Etwas ist schiefgelaufen. Versuchen Sie es erneut, oder nennen Sie dem Anbieter von ERP Sync diese Nummer:',
};

const nl: PageTexts = {
  signedIn: 'U bent aangemeld',
  closeWindow: 'U kunt dit venster sluiten en verdergaan in SuperOffice.',
  enterCode: 'Voer deze code in SuperOffice in, waar u bent begonnen, om verder te gaan. De code werkt twee minuten.',
  signedOut: 'U bent afgemeld bij ERP Sync.',
  install: 'ERP Sync installeren',
  installAdds: 'Dit wordt aan SuperOffice toegevoegd voor',
  webhook: 'Een webhook die ERP Sync meldt wanneer bedrijven, contacten en projecten wijzigen',
  systemUser: 'Een systeemgebruiker waarmee ERP Sync leest en schrijft wanneer niemand is aangemeld',
  installed: 'ERP Sync is geïnstalleerd',
  installedNext:
    'Open Sync in SuperOffice om een ERP-systeem te verbinden. Gebruikers moeten zich mogelijk eerst opnieuw bij SuperOffice aanmelden.',
  uninstall: 'ERP Sync verwijderen',
  uninstallRemoves:
    'De panelen en de webhook worden uit SuperOffice verwijderd, iedereen wordt afgemeld en alles wat ERP Sync over uw bedrijf weet, wordt definitief gewist: verbindingen, toewijzingen, wachtwoorden, het logboek. Wat is gesynchroniseerd, blijft in beide systemen staan. Bedrijf:',
  uninstalled: 'ERP Sync is verwijderd',
  uninstalledNext: 'Trek nu de goedkeuring in SuperOffice in, onder geïnstalleerde apps.',
  notFinished: 'Niet alles kon worden uitgevoerd',
  done: 'Gereed',
  tryAgain: 'Opnieuw proberen',
  step: {
    rights: 'Uw rechten als beheerder',
    approval: 'Goedkeuring van de app',
    systemUser: 'Systeemgebruiker',
    panels: 'Panelen',
    webhook: 'Webhook',
    nothingLeft: 'Bewijs dat er niets van ons in SuperOffice achterblijft',
    data: 'Gegevens van uw bedrijf in ERP Sync',
  },
  failed: 'Mislukt',
  failures: {
    'access.denied': 'Hiervoor hebt u in SuperOffice het recht van beheerder nodig.',
    'approval.missing':
      'ERP Sync is niet goedgekeurd voor uw bedrijf. Een beheerder moet zich hier aanmelden en de app goedkeuren.',
    'tenant.revoked': 'De goedkeuring van ERP Sync is ingetrokken. Een beheerder moet de app opnieuw goedkeuren.',
    'store.away': 'ERP Sync is momenteel niet beschikbaar. Probeer het over een ogenblik opnieuw.',
    'tenant.unavailable': 'SuperOffice is momenteel niet beschikbaar. Probeer het over enkele minuten opnieuw.',
    'crm.unreachable': 'SuperOffice antwoordt niet. Probeer het over enkele minuten opnieuw.',
    'install.running':
      'Iemand anders installeert of verwijdert ERP Sync op dit moment. Probeer het over enkele minuten opnieuw.',
    'install.name_taken':
      'Een naam van onze panelen is in gebruik door een ander webpaneel in SuperOffice, ook als dat in de prullenbak ligt. Hernoem of verwijder het daar en probeer het opnieuw.',
    'install.left_behind': 'Er staat nog iets van ERP Sync in SuperOffice. Hier is niets gewist. Probeer het opnieuw.',
    'crm.denied':
      'SuperOffice staat ERP Sync dit niet toe. Vraag uw SuperOffice-beheerder de app opnieuw goed te keuren.',
    'sign_in.failed': 'Het aanmelden is mislukt.',
    'sign_in.expired': 'Deze aanmelding is voorbij of is in een andere browser begonnen.',
    'sign_in.wrong_user': 'U hebt zich bij een ander bedrijf aangemeld dan waar u vandaan kwam.',
    'route.not_found': 'Deze pagina bestaat niet.',
  },
  somethingWrong: 'Er is iets misgegaan. Probeer het opnieuw, of geef dit nummer door aan de leverancier van ERP Sync:',
};

const texts: Readonly<Record<Language, PageTexts>> = { en, nb, sv, da, de, nl };

/** The first language of the browser that we speak. Its order is the user's, as browsers send it. */
export function readLanguage(acceptLanguage: string | undefined): Language {
  const wanted = (acceptLanguage ?? '').split(',').map((part) => part.trim().slice(0, 2).toLowerCase());
  const known = wanted.map((code) => (code === 'no' || code === 'nn' ? 'nb' : code));
  return (
    known.map((code) => languages.find((language) => language === code)).find((found) => found !== undefined) ?? 'en'
  );
}

export function textsFor(language: Language): PageTexts {
  return texts[language];
}
