"""The closed sets of sns_auto: in the schema, and in CHECK constraints of the tables."""

import enum

import strawberry


@strawberry.enum
class SNSPlatform(enum.Enum):
    INSTAGRAM = "INSTAGRAM"
    FACEBOOK = "FACEBOOK"
    TWITTER = "TWITTER"
    LINKEDIN = "LINKEDIN"
    TIKTOK = "TIKTOK"
    YOUTUBE = "YOUTUBE"
    YOUTUBE_SHORTS = "YOUTUBE_SHORTS"
    PINTEREST = "PINTEREST"
    THREADS = "THREADS"
    BLOG = strawberry.enum_value("BLOG", description="WordPress.")
    NAVER = "NAVER"


@strawberry.enum
class SNSAccountType(enum.Enum):
    PERSONAL = "PERSONAL"
    BUSINESS = "BUSINESS"


@strawberry.enum
class SNSPostStatus(enum.Enum):
    DRAFT = "DRAFT"
    SCHEDULED = "SCHEDULED"
    PUBLISHING = "PUBLISHING"
    PUBLISHED = "PUBLISHED"
    FAILED = "FAILED"


@strawberry.enum
class SNSTemplateType(enum.Enum):
    CARD_NEWS = "CARD_NEWS"
    BLOG_POST = "BLOG_POST"
    REEL = "REEL"
    CAROUSEL = "CAROUSEL"
    SHORTS = "SHORTS"


@strawberry.enum
class SNSCampaignStatus(enum.Enum):
    ACTIVE = "ACTIVE"
    PAUSED = "PAUSED"
    COMPLETED = "COMPLETED"


@strawberry.enum
class SNSTemplateCategory(enum.Enum):
    PROMOTIONAL = "PROMOTIONAL"
    EDUCATIONAL = "EDUCATIONAL"
    ENGAGEMENT = "ENGAGEMENT"
    ANNOUNCEMENT = "ANNOUNCEMENT"


@strawberry.enum
class SNSMessageType(enum.Enum):
    DM = "DM"
    COMMENT = "COMMENT"
    MENTION = "MENTION"


@strawberry.enum
class SNSMessageStatus(enum.Enum):
    UNREAD = "UNREAD"
    READ = "READ"
    REPLIED = "REPLIED"


@strawberry.enum
class LinkInBioTheme(enum.Enum):
    LIGHT = "LIGHT"
    DARK = "DARK"


@strawberry.enum
class SNSPurpose(enum.Enum):
    PROMOTION = "PROMOTION"
    ENGAGEMENT = "ENGAGEMENT"
    EDUCATION = "EDUCATION"
    COMMUNITY = "COMMUNITY"
    NEWS = "NEWS"


@strawberry.enum
class SNSFrequency(enum.Enum):
    DAILY = "DAILY"
    EVERY_3_DAYS = "EVERY_3_DAYS"
    WEEKLY = "WEEKLY"
    BIWEEKLY = "BIWEEKLY"
    MONTHLY = "MONTHLY"
    CUSTOM = strawberry.enum_value("CUSTOM", description="Every `intervalHours` hours.")


@strawberry.enum
class SNSDeliveryMode(enum.Enum):
    DIRECT = "DIRECT"
    WEBHOOK = "WEBHOOK"


@strawberry.enum
class SNSTone(enum.Enum):
    PROFESSIONAL = "PROFESSIONAL"
    CASUAL = "CASUAL"
    HUMOROUS = "HUMOROUS"
    INSPIRING = "INSPIRING"
    EDUCATIONAL = "EDUCATIONAL"
    PROMOTIONAL = "PROMOTIONAL"
    STORYTELLING = "STORYTELLING"


@strawberry.enum(description="Width to height.")
class CardNewsFormat(enum.Enum):
    PORTRAIT_4_5 = "PORTRAIT_4_5"
    SQUARE_1_1 = "SQUARE_1_1"
