"""What a field seems to hold, by its name and by its content: a guess, for those who write a first mapping or a twin.

>>> by_name("APPL-FAMILY-NAME")
<Sense.FAMILY: 'family name'>
>>> by_content(["ada@example.com", "li@example.com"])
<Sense.EMAIL: 'e-mail address'>
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum


class Sense(StrEnum):
    """What a field may hold. ``sensitive`` ones have no place in an interview."""

    FAMILY = "family name"
    GIVEN = "given name"
    FULL = "whole name"
    EMAIL = "e-mail address"
    PHONE = "telephone number"
    RESIDENT = "resident identity number"
    PERSON = "number of a person"
    BIRTH = "date of birth"
    MARITAL = "marital status"
    RELIGION = "religion"
    HEALTH = "health"
    ETHNIC = "ethnic group"
    POLITICAL = "political affiliation"
    GENDER = "gender"
    STREET = "street"
    CITY = "city"
    POSTCODE = "postcode"
    COUNTRY = "country"
    LANGUAGE = "language"
    CURRENCY = "currency"
    MONEY = "amount of money"
    SCHOOL = "school"
    DEGREE = "degree"
    EMPLOYER = "employer"
    TITLE = "job title"
    SKILL = "skill"
    LEVEL = "level"
    SCORE = "score"
    COMMENT = "comment"
    STATUS = "status"
    DATE = "date"
    MONTH = "month"
    YEAR = "year"
    MOMENT = "date and time"

    @property
    def sensitive(self) -> bool:
        """Whether it is sensitive personal information, or not needed to judge an application."""
        return self in _SENSITIVE


_SENSITIVE = frozenset(
    {
        Sense.MARITAL,
        Sense.RELIGION,
        Sense.HEALTH,
        Sense.ETHNIC,
        Sense.POLITICAL,
        Sense.GENDER,
        Sense.BIRTH,
        Sense.RESIDENT,
    }
)

_NAMES: tuple[tuple[Sense, str], ...] = (
    (Sense.MARITAL, r"marital|married|maritl|civil-?st|hunyin|婚"),
    (Sense.RELIGION, r"relig|church|faith|宗教"),
    (Sense.HEALTH, r"health|disab|handicap|medical|disease|健康|残疾"),
    (Sense.ETHNIC, r"ethnic|race\b|minzu|民族"),
    (Sense.POLITICAL, r"politic|party-?memb|政治面貌"),
    (Sense.GENDER, r"gender|\bsex\b|性别"),
    (Sense.BIRTH, r"birth|\bdob\b|born|geburt|出生|生日"),
    (Sense.RESIDENT, r"id-?card|resident-?id|sfz|身份证"),
    (Sense.EMAIL, r"e?-?mail|邮箱|邮件"),
    (Sense.PHONE, r"phone|mobile|\btel\b|\bcell\b|handy|电话|手机"),
    (Sense.FAMILY, r"\bfamily\b|(last|family|sur|fam)-?(name|nm)\b|surname|\bxing\b|^姓$"),
    (Sense.GIVEN, r"\bgiven\b|\bforename|(first|given|fore|giv)-?(name|nm)\b|^名$"),
    (Sense.EMPLOYER, r"employer|company|\bfirm\b|雇主|单位|公司"),
    (Sense.SCHOOL, r"school|universi|college|institut|学校|院校"),
    (Sense.DEGREE, r"degree|diploma|学位|学历"),
    (Sense.TITLE, r"job-?title|position|\btitle\b|职位|岗位"),
    (Sense.SKILL, r"skill-?(code|name|cd)|competenc|技能"),
    (Sense.LEVEL, r"level|\blvl\b|grade|等级"),
    (Sense.SCORE, r"score|points|rating|得分|分数"),
    (Sense.COMMENT, r"comment|remark|\bnote|备注|评语"),
    (Sense.STREET, r"street|\bstr\b|addr(ess)?-?(line|1|2)?\b|地址"),
    (Sense.CITY, r"city|town|城市"),
    (Sense.POSTCODE, r"post-?code|\bzip\b|postal|邮编"),
    (Sense.COUNTRY, r"country|\bctry\b|nation\b|国家"),
    (Sense.LANGUAGE, r"\blang(uage)?\b|语言"),
    (Sense.CURRENCY, r"currency|\bcurr\b|\bccy\b|币种"),
    (Sense.MONEY, r"salary|\bpay\b|wage|amount|\bamt\b|薪|工资|金额"),
    (Sense.PERSON, r"(person|pers|emp(loyee)?|staff)-?(no|nr|num(ber)?|id)\b|工号|人员编号"),
    (Sense.FULL, r"(full|whole)-?(name|nm)\b|(appl(icant)?|cand(idate)?|emp(loyee)?|person|staff)-?(name|nm)\b|姓名"),
    (Sense.STATUS, r"status|\bstat?\b|state\b|状态"),
    (Sense.YEAR, r"year$|\byr$|年份"),
    (Sense.DATE, r"date|\bdt\b|-on$|day\b|日期"),
)
_COMPILED = tuple((sense, re.compile(pattern)) for sense, pattern in _NAMES)


def by_name(name: str) -> Sense | None:
    """Return what a field of that name seems to hold; None where the name says nothing."""
    parted = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "-", name)
    plain = re.sub(r"[_.\s]+", "-", parted).lower()
    return next((sense for sense, pattern in _COMPILED if pattern.search(plain)), None)


_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[A-Za-z]{2,}")
_PHONE = re.compile(r"[+(]?[0-9][0-9 ()/.\-]{5,18}[0-9]")
_RESIDENT = re.compile(
    r"[1-9][0-9]{5}(?:19|20)[0-9]{2}[01][0-9][0-3][0-9]{4}[0-9Xx]|[1-9][0-9]{5}(?:19|20)[0-9]{9}[0-9Xx]"
)
DATE_FORMS = ("%Y%m%d", "%Y-%m-%d", "%d.%m.%Y", "%d/%m/%Y", "%Y/%m/%d", "%Y年%m月%d日")
MONTH_FORMS = ("%Y%m", "%Y-%m", "%m/%Y")
MOMENT_FORMS = ("%Y%m%d%H%M%S", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S")
ENOUGH = 0.9
"""The share of values that must look like it."""


def by_content(values: Sequence[str]) -> Sense | None:
    """Return what values seem to be; None where they show nothing, or are too few to say."""
    filled = [value.strip() for value in values if value.strip(" 0")]
    if len(filled) < 2:
        return None

    def most(fits: re.Pattern[str]) -> bool:
        return sum(fits.fullmatch(value) is not None for value in filled) >= ENOUGH * len(filled)

    if most(_EMAIL):
        return Sense.EMAIL
    if most(_RESIDENT):
        return Sense.RESIDENT
    if form_of(filled, DATE_FORMS):
        return Sense.DATE
    if form_of(filled, MOMENT_FORMS):
        return Sense.MOMENT
    if form_of(filled, MONTH_FORMS):
        return Sense.MONTH
    if most(_PHONE) and any(not value.isdigit() for value in filled):
        return Sense.PHONE
    return None


def form_of(values: Sequence[str], forms: Sequence[str] = DATE_FORMS) -> str | None:
    """Return the form in which nearly all values are dates of a life's length; None where there is none."""
    for form in forms:
        fits = sum(_is_date(value, form) for value in values)
        if values and fits >= ENOUGH * len(values):
            return form
    return None


def _is_date(value: str, form: str) -> bool:
    try:
        return 1900 <= datetime.strptime(value, form).year <= 2099
    except ValueError:
        return False
