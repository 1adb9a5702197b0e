from trytond.model import ModelSQL, ModelView, fields
from trytond.pool import PoolMeta


class CustomerGroup(ModelSQL, ModelView):
    "Customer Group"
    __name__ = 'CustomerGroup'

    name = fields.Char("Name", required=True)


class Party(metaclass=PoolMeta):
    __name__ = 'party.party'

    CustNo = fields.Integer("Customer number", readonly=True)
    CustGr = fields.Many2One('CustomerGroup', "Customer group")
    CreditLimit = fields.Numeric("Credit limit")
    since = fields.Date("Customer since")
    seen = fields.DateTime("Last seen")
    blocked = fields.Boolean("Blocked")
    rating = fields.Float("Rating")
    size = fields.Selection([
            (None, ""),
            ('small', "Small"),
            ('large', "Large"),
            ], "Size")


class Address(metaclass=PoolMeta):
    __name__ = 'party.address'

    @classmethod
    def __setup__(cls):
        super().__setup__()
        cls.postal_code.size = 20
