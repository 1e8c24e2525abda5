"""Templates, link pages and automations."""

from collections.abc import Iterator
from typing import Any, Final

from subgraphs.kit.seed_plan import DEMO, SeedPlan
from subgraphs.sns_auto.enums import (
    CardNewsFormat,
    LinkInBioTheme,
    SNSDeliveryMode,
    SNSFrequency,
    SNSPlatform,
    SNSPurpose,
    SNSTemplateCategory,
    SNSTone,
)
from subgraphs.sns_auto.seed.posts import Rows

# owner, name, platform, category, content, hashtags
TEMPLATES: Final = (
    (
        None,
        "Offer",
        None,
        SNSTemplateCategory.PROMOTIONAL,
        "{product}: {discount} off until {date}.",
        "#{product}",
    ),
    (None, "Tip", None, SNSTemplateCategory.EDUCATIONAL, "Did you know? {tip}", "#{topic} #tips"),
    (
        None,
        "Question",
        SNSPlatform.INSTAGRAM,
        SNSTemplateCategory.ENGAGEMENT,
        "{question} Tell us below.",
        "#{topic}",
    ),
    (None, "News", SNSPlatform.BLOG, SNSTemplateCategory.ANNOUNCEMENT, "{headline}\n\n{text}", ""),
    (
        DEMO,
        "Chef of the week",
        SNSPlatform.INSTAGRAM,
        SNSTemplateCategory.PROMOTIONAL,
        "This week: {chef}.",
        "#{cuisine}",
    ),
)
# name, tone, design, format, structure
CARD_NEWS: Final = (
    (
        "Informative",
        SNSTone.EDUCATIONAL,
        "white, large type",
        CardNewsFormat.PORTRAIT_4_5,
        "cover,problem,fact,fact,fact,example,summary,call to action",
    ),
    (
        "Story",
        SNSTone.STORYTELLING,
        "photo, small type",
        CardNewsFormat.SQUARE_1_1,
        "cover,scene,scene,turn,scene,scene,lesson,lesson,summary,call to action",
    ),
)


def templates(plan: SeedPlan) -> Iterator[dict[str, Any]]:
    for number, (owner, name, platform, category, content, hashtags) in enumerate(TEMPLATES, start=1):
        yield {
            "id": number,
            "user_id": owner,
            "name": name,
            "platform": platform,
            "category": category,
            "content": content,
            "hashtag_text": hashtags,
            "created_at": plan.ago(days=300),
        }


def card_news_templates(plan: SeedPlan) -> Iterator[dict[str, Any]]:
    for number, (name, tone, design, format_, structure) in enumerate(CARD_NEWS, start=1):
        slides = structure.split(",")
        yield {
            "id": number,
            "name": name,
            "tone": tone,
            "slide_count": len(slides),
            "structure": slides,
            "design": design,
            "format": format_,
            "created_at": plan.ago(days=300),
        }


def link_in_bios(plan: SeedPlan) -> Rows:
    """1 and 2 are the demo user's."""
    owners = [
        (DEMO, "softfactory-demo"),
        (DEMO, "demo-kitchen"),
        *((user, f"user{user}") for user in plan.generated_user_ids() if user % 5 == 0),
    ]
    return [
        {
            "id": number,
            "user_id": user,
            "slug": slug,
            "title": f"Links of {slug}",
            "theme": LinkInBioTheme.DARK if number % 2 else LinkInBioTheme.LIGHT,
            "clicks": plan.random("clicks", number).randrange(2000),
            "created_at": plan.ago(days=number % 100, minutes=number % 1440),
        }
        for number, (user, slug) in enumerate(owners, start=1)
    ]


def link_in_bio_links(pages: Rows) -> Iterator[dict[str, Any]]:
    number = 0
    for page in pages:
        for position, (label, icon) in enumerate((("Book a chef", "🍳"), ("Read the blog", None)), start=1):
            number += 1
            yield {
                "id": number,
                "link_in_bio_id": page["id"],
                "position": position,
                "url": f"https://softfactory.com/{page['slug']}/{position}",
                "label": label,
                "icon": icon,
                "created_at": page["created_at"],
            }


def automates(plan: SeedPlan) -> Iterator[dict[str, Any]]:
    """1 and 2 are the demo user's; the second goes to a webhook."""
    owners = [DEMO, DEMO, *(user for user in plan.generated_user_ids() if user % 8 == 0)]
    for number, user in enumerate(owners, start=1):
        webhook = number == 2
        yield {
            "id": number,
            "user_id": user,
            "name": "Weekly recipe" if number % 2 else "Morning news",
            "topic": "Home cooking",
            "purpose": SNSPurpose.ENGAGEMENT if number % 2 else SNSPurpose.NEWS,
            "platforms": [SNSPlatform.INSTAGRAM.value],
            "frequency": SNSFrequency.CUSTOM if webhook else SNSFrequency.WEEKLY,
            "interval_hours": 36 if webhook else None,
            "delivery_mode": SNSDeliveryMode.WEBHOOK if webhook else SNSDeliveryMode.DIRECT,
            "webhook_url": "https://hooks.example.com/softfactory" if webhook else None,
            "payload_version": 1,
            "next_run_at": plan.ahead(hours=1 + number % 160),
            "is_active": number % 5 != 0,
            "created_at": plan.ago(days=number % 80, minutes=number % 1440),
        }
