"""The public benchmark's query as a program: what its plan of six fetches does, and nothing else.

It answers this one query and knows no errors, and lists that may be null are taken to be there. It is here to be measured beside the
router.
"""

from collections import defaultdict
from collections.abc import Mapping
from typing import Final, Generic, TypeVar

import msgspec

from benchmarks.gateway.yardstick.client import Call
from benchmarks.gateway.yardstick.requests import asking, asking_for

SUBGRAPHS: Final = ("accounts", "inventory", "products", "reviews")
Found = TypeVar("Found")

# Shapes of the answer. The fields of other fetches have values to begin with, which these replace. Every value is
# checked, as a router has to. Leaving the bodies unread, as msgspec.Raw, would save a fifth, and let anything through.


class _LeafProduct(msgspec.Struct, gc=False):
    inStock: bool | None = None  # noqa: N815
    name: str | None = None
    price: int | None = None
    shippingEstimate: int | None = None  # noqa: N815
    upc: str = ""
    weight: int | None = None


class _LeafReview(msgspec.Struct, gc=False):
    id: str
    body: str
    product: _LeafProduct


class _Author(msgspec.Struct, gc=False):
    id: str
    username: str | None
    name: str | None = None
    reviews: list[_LeafReview] = []


class _ReviewOfProduct(msgspec.Struct, gc=False):
    id: str
    body: str
    author: _Author


class _Product(_LeafProduct, gc=False):
    reviews: list[_ReviewOfProduct] = []


class _Review(msgspec.Struct, gc=False):
    id: str
    body: str
    product: _Product


class _User(msgspec.Struct, gc=False):
    id: str
    username: str | None
    name: str | None
    reviews: list[_Review] = []


class _Data(msgspec.Struct, gc=False):
    users: list[_User]
    topProducts: list[_Product]  # noqa: N815


# Shapes of what the subgraphs answer.


class _Response(msgspec.Struct, Generic[Found], gc=False):
    data: Found


class _Users(msgspec.Struct, gc=False):
    users: list[_User]


class _TopProducts(msgspec.Struct, gc=False):
    topProducts: list[_Product]  # noqa: N815


class _OfUser(msgspec.Struct, gc=False):
    reviews: list[_Review]


class _OfProduct(msgspec.Struct, gc=False):
    reviews: list[_ReviewOfProduct]


class _Reviews(msgspec.Struct, gc=False):
    users: list[_OfUser]
    products: list[_OfProduct]


class _Offer(msgspec.Struct, gc=False):
    name: str | None
    price: int | None
    weight: int | None


class _Stock(msgspec.Struct, gc=False):
    inStock: bool | None  # noqa: N815
    shippingEstimate: int | None  # noqa: N815


class _Name(msgspec.Struct, gc=False):
    name: str | None


class _Entities(msgspec.Struct, Generic[Found], gc=False):
    found: list[Found]


# Representations.


class _UserKey(msgspec.Struct, tag_field="__typename", tag="User", gc=False):
    id: str


class _ProductKey(msgspec.Struct, tag_field="__typename", tag="Product", gc=False):
    upc: str


class _PricedProduct(_ProductKey, tag="Product", gc=False):
    price: int | None
    weight: int | None


_OF_PRODUCT: Final = (
    "... on Product{reviews{id body author{__typename id username reviews{id body product{__typename upc}}}}}"
)
_OF_USER: Final = f"... on User{{reviews{{id body product{{__typename upc {_OF_PRODUCT}}}}}}}"
_ASK_USERS: Final = asking("{users{__typename id username name}}")
_ASK_TOP_PRODUCTS: Final = asking("{topProducts{__typename name price upc weight}}")
_ASK_REVIEWS: Final = asking_for(users=_OF_USER, products=_OF_PRODUCT)
_ASK_OFFERS: Final = asking_for(found="... on Product{name price weight}")
_ASK_STOCK: Final = asking_for(found="... on Product{inStock shippingEstimate}")
_ASK_NAMES: Final = asking_for(found="... on User{name}")

_encode: Final = msgspec.json.Encoder().encode
_read_users: Final = msgspec.json.Decoder(_Response[_Users]).decode
_read_top_products: Final = msgspec.json.Decoder(_Response[_TopProducts]).decode
_read_reviews: Final = msgspec.json.Decoder(_Response[_Reviews]).decode
_read_offers: Final = msgspec.json.Decoder(_Response[_Entities[_Offer]]).decode
_read_stock: Final = msgspec.json.Decoder(_Response[_Entities[_Stock]]).decode
_read_names: Final = msgspec.json.Decoder(_Response[_Entities[_Name]]).decode


class PublicProgram:
    """`await program.run()` is the answer to operation.graphql of the public benchmark."""

    def __init__(self, calls: Mapping[str, Call]) -> None:
        self._accounts, self._inventory, self._products, self._reviews = (calls[name] for name in SUBGRAPHS)

    async def run(self) -> bytes:
        """A call is under way from when it is made; awaiting it only takes its answer."""
        asked_users = self._accounts(_ASK_USERS)
        asked_products = self._products(_ASK_TOP_PRODUCTS)
        users = _read_users(await asked_users).data.users
        top_products = _read_top_products(await asked_products).data.topProducts
        await self._add_reviews(users, top_products)

        products, authors = _collect(users, top_products)
        by_id: defaultdict[str, list[_Author]] = defaultdict(list)
        for author in authors:
            by_id[author.id].append(author)
        asked_names = self._accounts(_ASK_NAMES % _encode([_UserKey(each) for each in by_id]))
        await self._add_offers_and_stock(products, top_products)
        names = _read_names(await asked_names).data.found
        for same, named in zip(by_id.values(), names, strict=True):
            name = named.name
            for author in same:
                author.name = name
        return _encode(_Response(_Data(users, top_products)))

    async def _add_reviews(self, users: list[_User], top_products: list[_Product]) -> None:
        user_keys = _encode([_UserKey(user.id) for user in users])
        product_keys = _encode([_ProductKey(product.upc) for product in top_products])
        found = _read_reviews(await self._reviews(_ASK_REVIEWS % (user_keys, product_keys))).data
        for user, of_user in zip(users, found.users, strict=True):
            user.reviews = of_user.reviews
        for product, of_product in zip(top_products, found.products, strict=True):
            product.reviews = of_product.reviews

    async def _add_offers_and_stock(self, products: list[_LeafProduct], top_products: list[_Product]) -> None:
        by_upc: defaultdict[str, list[_LeafProduct]] = defaultdict(list)
        for product in products:
            by_upc[product.upc].append(product)
        asked = self._products(_ASK_OFFERS % _encode([_ProductKey(upc) for upc in by_upc]))
        for same, offer in zip(by_upc.values(), _read_offers(await asked).data.found, strict=True):
            name, price, weight = offer.name, offer.price, offer.weight
            for product in same:
                product.name = name
                product.price = price
                product.weight = weight
        for top_product in top_products:
            by_upc[top_product.upc].append(top_product)
        priced = [_PricedProduct(upc, same[0].price, same[0].weight) for upc, same in by_upc.items()]
        stock = _read_stock(await self._inventory(_ASK_STOCK % _encode(priced))).data.found
        for same, stocked in zip(by_upc.values(), stock, strict=True):
            in_stock, estimate = stocked.inStock, stocked.shippingEstimate
            for product in same:
                product.inStock = in_stock
                product.shippingEstimate = estimate


def _collect(users: list[_User], top_products: list[_Product]) -> tuple[list[_LeafProduct], list[_Author]]:
    """Those that know no more than their key."""
    reviewed = [review.product for user in users for review in user.reviews]
    authors = [review.author for product in (*reviewed, *top_products) for review in product.reviews]
    leaves = [review.product for author in authors for review in author.reviews]
    return [*leaves, *reviewed], authors
