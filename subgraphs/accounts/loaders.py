"""Loaders of accounts: one per key. Subscriptions and payments are read from the primary (they open doors)."""

from dataclasses import dataclass
from typing import TypeAlias

import strawberry
from aiodataloader import DataLoader

from subgraphs.accounts import models, repository
from subgraphs.kit.context import Context
from subgraphs.kit.database import Reader
from subgraphs.kit.loaders import Children, children_loader, row_loader, value_loader
from subgraphs.kit.pagination import Page


@dataclass(frozen=True, slots=True)
class Loaders:
    """One set per request."""

    user: DataLoader[int, models.User | None]
    product: DataLoader[int, models.Product | None]
    product_by_slug: DataLoader[str, models.Product | None]
    plan: DataLoader[int, models.SubscriptionPlan | None]
    subscription: DataLoader[int, models.Subscription | None]
    payment: DataLoader[int, models.Payment | None]
    order: DataLoader[int, models.Order | None]
    invoice: DataLoader[int, models.Invoice | None]
    notification: DataLoader[int, models.Notification | None]
    file: DataLoader[int, models.FileUpload | None]
    order_items: DataLoader[int, list[models.OrderItem]]
    running_subscriptions: DataLoader[int, list[models.Subscription]]
    unread_count: DataLoader[int, int]
    subscriptions: DataLoader[Children[models.SubscriptionStatus | None], Page[models.Subscription]]
    payments: DataLoader[Children[None], Page[models.Payment]]
    orders: DataLoader[Children[None], Page[models.Order]]
    invoices: DataLoader[Children[None], Page[models.Invoice]]
    notifications: DataLoader[Children[bool], Page[models.Notification]]
    files: DataLoader[Children[None], Page[models.FileUpload]]
    api_keys: DataLoader[Children[None], Page[models.ApiKey]]


Info: TypeAlias = strawberry.Info[Context[Loaders], None]


def make_loaders(reader: Reader) -> Loaders:
    """Called once per request, and again after a write."""
    return Loaders(
        user=row_loader(reader, repository.users, lambda row: row.id),
        product=row_loader(reader, repository.products, lambda row: row.id),
        product_by_slug=row_loader(reader, repository.products_by_slug, lambda row: row.slug),
        plan=row_loader(reader, repository.plans, lambda row: row.id),
        subscription=row_loader(reader, repository.subscriptions, lambda row: row.id, fresh=True),
        payment=row_loader(reader, repository.payments, lambda row: row.id, fresh=True),
        order=row_loader(reader, repository.orders, lambda row: row.id, fresh=True),
        invoice=row_loader(reader, repository.invoices, lambda row: row.id, fresh=True),
        notification=row_loader(reader, repository.notifications, lambda row: row.id),
        file=row_loader(reader, repository.files, lambda row: row.id),
        order_items=value_loader(reader, repository.order_items, [], fresh=True),
        running_subscriptions=value_loader(reader, repository.running_subscriptions, [], fresh=True),
        unread_count=value_loader(reader, repository.unread_counts, 0),
        subscriptions=children_loader(reader, repository.subscription_pages, fresh=True),
        payments=children_loader(reader, repository.payment_pages, fresh=True),
        orders=children_loader(reader, repository.order_pages, fresh=True),
        invoices=children_loader(reader, repository.invoice_pages, fresh=True),
        notifications=children_loader(reader, repository.notification_pages),
        files=children_loader(reader, repository.file_pages),
        api_keys=children_loader(reader, repository.api_key_pages),
    )
