"""Where the bank is at home: the cities and counties of one province, with their codes (GB/T 2260), and streets."""

from __future__ import annotations

from dataclasses import dataclass

PROVINCE = "湖南省"


@dataclass(frozen=True, slots=True)
class County:
    """A county or district: six-digit code, name, and the city above it. ``city_en`` is the city's Latin name."""

    code: str
    name: str
    city: str
    city_en: str

    @property
    def short(self) -> str:
        """The name without what kind of division it is, as firms and branches carry it."""
        for ending in ("土家族苗族自治州", "苗族自治县", "侗族自治县", "自治县"):
            if self.name.endswith(ending):
                return self.name.removesuffix(ending)
        return self.name[:-1] if len(self.name) > 2 else self.name


# City, its Latin name, and its counties; what begins with blanks goes on with the city above.
_DIVISIONS = """
长沙市 Changsha 430102芙蓉区 430103天心区 430104岳麓区 430105开福区 430111雨花区 430112望城区 430121长沙县
    430181浏阳市 430182宁乡市
株洲市 Zhuzhou 430202荷塘区 430203芦淞区 430204石峰区 430211天元区 430212渌口区 430223攸县 430224茶陵县 430281醴陵市
湘潭市 Xiangtan 430302雨湖区 430304岳塘区 430321湘潭县 430381湘乡市 430382韶山市
衡阳市 Hengyang 430405珠晖区 430406雁峰区 430407石鼓区 430408蒸湘区 430421衡阳县 430422衡南县 430426祁东县
    430481耒阳市 430482常宁市
岳阳市 Yueyang 430602岳阳楼区 430603云溪区 430621岳阳县 430623华容县 430624湘阴县 430626平江县 430681汨罗市
    430682临湘市
常德市 Changde 430702武陵区 430703鼎城区 430721安乡县 430722汉寿县 430723澧县 430725桃源县 430726石门县 430781津市市
益阳市 Yiyang 430902资阳区 430903赫山区 430921南县 430922桃江县 430923安化县 430981沅江市
郴州市 Chenzhou 431002北湖区 431003苏仙区 431021桂阳县 431022宜章县 431023永兴县 431081资兴市
永州市 Yongzhou 431102零陵区 431103冷水滩区 431122东安县 431124道县 431126宁远县 431181祁阳市
邵阳市 Shaoyang 430502双清区 430503大祥区 430522新邵县 430524隆回县 430525洞口县 430581武冈市 430582邵东市
娄底市 Loudi 431302娄星区 431321双峰县 431322新化县 431381冷水江市 431382涟源市
怀化市 Huaihua 431202鹤城区 431222沅陵县 431224溆浦县 431228芷江侗族自治县 431281洪江市
张家界市 Zhangjiajie 430802永定区 430811武陵源区 430821慈利县 430822桑植县
湘西土家族苗族自治州 Xiangxi 433101吉首市 433123凤凰县 433127永顺县 433130龙山县
"""


def _cities() -> tuple[tuple[str, str, tuple[County, ...]], ...]:
    found = []
    for line in _DIVISIONS.strip().replace("\n    ", " ").splitlines():
        city, english, *counties = line.split()
        found.append((city, english, tuple(County(word[:6], word[6:], city, english) for word in counties)))
    return tuple(found)


CITIES = _cities()
COUNTIES: tuple[County, ...] = tuple(county for _, _, counties in CITIES for county in counties)

# Where customers who moved in were born: the codes of their identity numbers.
ELSEWHERE = (
    "420106", "420621", "360103", "360424", "440106", "440305", "450103", "522201", "510104", "511302", "410105",
    "411503", "330106", "310104", "110108", "371302", "340104", "350203", "500106", "610113", "220106", "230103",
)  # fmt: skip

AREA_CODES = {
    "长沙市": "0731", "株洲市": "0731", "湘潭市": "0731", "衡阳市": "0734", "岳阳市": "0730", "常德市": "0736",
    "益阳市": "0737", "郴州市": "0735", "永州市": "0746", "邵阳市": "0739", "娄底市": "0738", "怀化市": "0745",
    "张家界市": "0744", "湘西土家族苗族自治州": "0743",
}  # fmt: skip

STREETS = (
    "人民路", "解放路", "建设路", "五一大道", "芙蓉路", "韶山路", "湘江路", "金星路", "车站路", "迎宾路", "文化路",
    "朝阳路", "中山路", "桃花路", "东风路", "工农路", "曙光路", "白沙路", "银盆路", "学府路", "沿江大道", "开元路",
    "星沙大道", "滨河路", "枫林路", "长岭路", "城南路", "北正街", "南门口", "西长街",
)  # fmt: skip
ESTATES = (
    "锦绣华庭", "阳光花园", "湘江名苑", "金桂小区", "碧水湾", "松雅苑", "百合家园", "翰林府", "和谐家园", "书香门第",
    "江山帝景", "幸福里", "春天小区", "丽景湾", "桃源居", "学府雅苑", "盛世年华", "中央公馆", "紫薇苑", "老街巷",
)  # fmt: skip
VILLAGES = (
    "新塘村", "石桥村", "双江村", "大塘村", "龙泉村", "金星村", "白马村", "长冲村", "高桥村", "枫树村", "桐子坡村",
    "荷叶塘村", "杨家湾村", "罗家冲村", "清水村", "油溪村", "梅田村", "和平村", "联盟村", "团结村",
)  # fmt: skip
TOWNS = (
    "城关镇", "永安镇", "大托镇", "青山镇", "黄花镇", "双凫铺镇", "柏加镇", "太平桥镇", "花明楼镇", "金洲镇",
    "白箬铺镇", "石塘镇",
)  # fmt: skip
