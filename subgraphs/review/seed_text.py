"""Words of the seed: the campaigns of the old platform, and texts for volume."""

from collections.abc import Mapping
from typing import Final

from subgraphs.kit.seed_plan import ADMIN, DEMO
from subgraphs.review.models import CampaignCategory, CampaignRewardType, ReviewListingCategory

# creator, category, reward type, title, product, description, reward, won (None: a product only), reviewers, days
CAMPAIGNS: Final = (
    (
        DEMO,
        CampaignCategory.BEAUTY,
        CampaignRewardType.PRODUCT,
        "비건 수분 크림 체험단",
        "비건 수분 크림 50ml",
        "2주 동안 써 보고 피부 변화를 사진과 함께 기록해 주세요.",
        "비건 수분 크림 정품 증정",
        None,
        20,
        30,
    ),
    (
        ADMIN,
        CampaignCategory.FOOD,
        CampaignRewardType.CASH,
        "밀키트 신메뉴 리뷰어 모집",
        "쿠쿡 한식 밀키트",
        "조리 과정과 맛을 블로그나 인스타그램에 소개해 주세요.",
        "50,000원 지급",
        50_000,
        15,
        25,
    ),
    (
        ADMIN,
        CampaignCategory.TECH,
        CampaignRewardType.BOTH,
        "무선 이어폰 사용기 캠페인",
        "사운드핏 무선 이어폰",
        "통화 품질과 착용감을 중심으로 솔직한 사용기를 써 주세요.",
        "제품 증정과 100,000원 지급",
        100_000,
        10,
        20,
    ),
)
PRODUCTS: Final[Mapping[CampaignCategory, tuple[str, ...]]] = {
    CampaignCategory.BEAUTY: ("시카 토너", "립 틴트", "헤어 에센스", "클렌징 오일"),
    CampaignCategory.FOOD: ("콜드브루 원액", "수제 그래놀라", "저당 소스 세트", "떡볶이 밀키트"),
    CampaignCategory.TECH: ("기계식 키보드", "미니 빔프로젝터", "스마트 체중계", "고속 충전기"),
    CampaignCategory.FASHION: ("리넨 셔츠", "러닝화", "에코백", "니트 카디건"),
}
LISTING_TITLES: Final[Mapping[ReviewListingCategory, tuple[str, ...]]] = {
    ReviewListingCategory.RESTAURANTS: ("오마카세 방문 체험단", "한우 전문점 체험단"),
    ReviewListingCategory.BEAUTY: ("앰플 체험단", "네일숍 방문 체험단"),
    ReviewListingCategory.FASHION: ("데님 재킷 체험단", "가죽 지갑 체험단"),
    ReviewListingCategory.FOOD: ("제철 과일 체험단", "단백질 쉐이크 체험단"),
    ReviewListingCategory.LIVING: ("무드 조명 체험단", "욕실 용품 체험단"),
    ReviewListingCategory.CHILDCARE: ("이유식 체험단", "유아 식기 체험단"),
    ReviewListingCategory.FITNESS: ("필라테스 체험단", "홈트 기구 체험단"),
    ReviewListingCategory.PETS: ("강아지 간식 체험단", "고양이 모래 체험단"),
    ReviewListingCategory.OTHER: ("사진관 체험단", "원데이 클래스 체험단"),
}
BRANDS: Final = ("온유", "데일리숲", "브라이트랩", "모아상회", "하루한끼", "그린핏", "소소공방", "Pet&Me")
MESSAGES: Final = (
    "평소에 관심이 많던 제품이라 꼼꼼하게 써 보고 싶습니다.",
    "사진과 영상 모두 가능합니다. 마감 전에 꼭 올리겠습니다.",
    "비슷한 제품을 여러 번 리뷰했습니다. 비교해서 써 드릴게요.",
    "I write in Korean and English, with my own photos.",
)
