"""What a company adds to Tryton for itself: fields of its own on parties, and a list."""
from trytond.pool import Pool

from . import party


def register():
    Pool.register(
        party.CustomerGroup,
        party.Party,
        party.Address,
        module='erp_sync_sample', type_='model')
