"""Words for people who do not exist: none of these stands for anybody.

Mail addresses are below ``example.com`` (RFC 2606). Telephone numbers begin with 10, which no subscriber's does in
China, or come from the block that the British regulator Ofcom keeps for drama (07700 900000 to 900999). Resident
identity numbers begin with 999999, which is no place.
"""

from __future__ import annotations

LATIN_FAMILY = ("Baker", "Costa", "Dubois", "Ferrari", "Hansen", "Ivanova", "Jansen", "Kaya", "Lopez", "Moreau",
                "Nowak", "Okoye", "Peters", "Quinn", "Reyes", "Sato", "Tanaka", "Ueda", "Vogel", "Weber")  # fmt: skip
LATIN_GIVEN = ("Alba", "Boris", "Clara", "Dario", "Emma", "Felix", "Greta", "Hugo", "Ida", "Jonas", "Kira", "Leo",
               "Mina", "Nils", "Olga", "Pavel", "Rosa", "Sven", "Tara", "Yara")  # fmt: skip
CHINESE_FAMILY = (
    "陈",
    "邓",
    "方",
    "高",
    "何",
    "江",
    "李",
    "林",
    "欧阳",
    "潘",
    "钱",
    "司马",
    "孙",
    "唐",
    "王",
    "吴",
    "徐",
    "杨",
    "张",
    "赵",
)
CHINESE_GIVEN = (
    "安",
    "冰",
    "晨",
    "丹",
    "飞",
    "桂英",
    "浩然",
    "佳怡",
    "建国",
    "丽",
    "明",
    "宁",
    "平",
    "强",
    "秋月",
    "瑞",
    "文博",
    "晓东",
    "雅琴",
    "志远",
)
CITIES = ("Ashford", "Brookhaven", "Clearwater", "Dunmore", "Eastport", "Fairview", "Glenwood", "Hillcrest")
CHINESE_CITIES = ("安溪镇", "白石镇", "东湖区", "凤凰镇", "湖滨区", "金水镇", "青山区", "西岭镇")
STREETS = ("Acacia Avenue", "Bridge Street", "Church Lane", "Dock Road", "Elm Grove", "Ferry Road", "Garden Walk")
CHINESE_STREETS = ("长青路", "和平街", "花园路", "解放路", "人民路", "文化街", "学院路")
FIRMS = ("Amber Works", "Blue Harbour", "Cedar Foods", "Delta Lines", "Echo Retail", "Fir & Sons", "Gamma Labs")
CHINESE_FIRMS = ("安宁科技", "百川物流", "晨光食品", "东海贸易", "恒远制造", "金桥软件", "南岭能源")
TITLES = ("Accountant", "Analyst", "Clerk", "Developer", "Engineer", "Planner", "Tester")
CHINESE_TITLES = ("会计", "分析师", "文员", "开发工程师", "工程师", "计划员", "测试员")
SCHOOLS = ("City College", "Institute of Trade", "Lakeside University", "Northern Academy", "State School")
CHINESE_SCHOOLS = ("滨海大学", "城南学院", "东山职业学院", "湖畔大学", "北岭理工学院")
WORDS = (
    "amber",
    "birch",
    "cloud",
    "delta",
    "ember",
    "field",
    "grove",
    "haven",
    "inlet",
    "juniper",
    "knoll",
    "lagoon",
)
CHINESE_WORDS = ("云", "山", "水", "林", "月", "星", "风", "雨", "石", "花", "木", "田")
