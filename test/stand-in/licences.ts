import type { Tenant } from './tenant.ts';
import type { LicenseOwner, Principal } from './wire.ts';
import { systemAssociateId } from './tenant.ts';
import { associate } from './entities.ts';

/** The licences of one user, by owner. */
export function licencesOf(tenant: Tenant, associateId: number): readonly LicenseOwner[] {
  const assigned = tenant.licensedUsers.has(associateId);
  return [
    {
      Name: 'SUPEROFFICE',
      Description: 'SuperOffice',
      RestrictedModuleLicenses: [link('user', true)],
      UnrestrictedModuleLicenses: [link('web', true)],
    },
    {
      Name: 'ERPSYNC',
      Description: 'ERP Sync',
      RestrictedModuleLicenses: [link('erp-sync-user', assigned)],
      UnrestrictedModuleLicenses: tenant.siteLicence ? [link('erp-sync', true)] : [],
    },
  ];
}

function link(
  name: string,
  assigned: boolean,
): {
  Name: string;
  Description: string;
  Assigned: boolean;
  CanAssign: boolean;
  IsHidden: boolean;
  Total: number;
  InUse: number;
  Free: number;
} {
  return {
    Name: name,
    Description: name,
    Assigned: assigned,
    CanAssign: true,
    IsHidden: false,
    Total: 10,
    InUse: 3,
    Free: 7,
  };
}

/** Who the caller is: everything an app needs to know about its user in one answer. */
export function principalOf(tenant: Tenant, associateId: number): Principal {
  const licence = (
    OwnerName: string,
    Name: string,
    LicenseType: 'SiteLicense' | 'UserLicense',
  ): NonNullable<Principal['Licenses']>[number] => ({
    OwnerName,
    OwnerDescription: OwnerName,
    Name,
    Description: Name,
    Version: '10.0',
    LicenseType,
    ExtraFlags: 0,
    SortOrder: 0,
    LicenseNumber: 1,
    IsHidden: false,
    IsUnrestricted: LicenseType === 'SiteLicense',
    ExpiryDate: '2036-12-31T00:00:00',
  });
  const site = tenant.siteLicence ? [licence('ERPSYNC', 'erp-sync', 'SiteLicense')] : [];
  const common = [licence('SUPEROFFICE', 'web', 'UserLicense'), licence('SUPEROFFICE', 'user', 'UserLicense'), ...site];
  const { Name = '', FullName = '' } = associate(tenant, associateId);
  const user = tenant.user(associateId);
  const base: Principal = {
    Associate: Name,
    AssociateId: associateId,
    FullName,
    HomeCountryId: 578,
    BusinessId: 0,
    CategoryId: 0,
    ContactOwner: 0,
    SecondaryGroups: [],
    ProvidedCredentials: [],
    DatabaseContextIdentifier: tenant.context,
    EjUserId: 0,
    EjAccessLevel: 0,
  };
  if (associateId === systemAssociateId || !user) {
    return {
      ...base,
      UserType: 'SystemAssociate',
      IsPerson: false,
      PersonId: 0,
      ContactId: 0,
      GroupId: 0,
      RoleId: 0,
      RoleName: 'System user',
      RoleType: 'System',
      Licenses: site,
      EMailAddress: '',
      FunctionRights: ['admin-all'],
    };
  }
  return {
    ...base,
    UserType: 'InternalAssociate',
    IsPerson: true,
    PersonId: user.personId,
    CountryId: 578,
    ContactId: tenant.seed.ownerCompanyId,
    GroupId: user.groupId,
    RoleId: user.functionRights.length > 0 ? 1 : 2,
    RoleName: user.role,
    RoleType: 'Employee',
    Licenses: tenant.licensedUsers.has(associateId)
      ? [...common, licence('ERPSYNC', 'erp-sync-user', 'UserLicense')]
      : common,
    EMailAddress: user.email,
    FunctionRights: [...user.functionRights],
  };
}
