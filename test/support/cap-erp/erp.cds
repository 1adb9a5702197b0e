using { managed } from '@sap/cds/common';

namespace erp;

entity Customers : managed {
  key ID          : Integer;
      @readonly CustNo : Integer;
      @mandatory NAME : String(100);
      POSTALAD1   : String(100);
      POSTALZIP   : String(20);
      POSTALCITY  : String(50);
      CustGr      : String(10);
      CreditLimit : Decimal(20, 4);
      Group       : Association to CustomerGroup on Group.ID = CustGr;
}

entity Persons : managed {
  key ID           : Integer;
      CustomerID   : Integer;
      FIRSTNAME    : String(50);
      @mandatory LASTNAME : String(50);
      PHONE_DIRECT : String(50);
}

entity CustomerGroup {
  key ID   : String(10);
      Text : String(50);
}

service Erp @(path: '/odata/v4/erp') {
  entity Customers     as projection on erp.Customers;
  entity Persons       as projection on erp.Persons;
  entity CustomerGroup as projection on erp.CustomerGroup;
}

annotate Erp.Customers with { modifiedAt @odata.etag };
annotate Erp.Persons with { modifiedAt @odata.etag };
